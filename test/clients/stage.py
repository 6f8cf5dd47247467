"""Where the order services in Python play their scenarios: words in, ready lines out, a quick end."""

import argparse
import asyncio
import json
import os
import sys
import threading
import traceback
from dataclasses import dataclass

# A leaked session that nothing refers to would be closed by the garbage collector.
leaked = []
_tasks = []
_scenarios = {}


@dataclass(frozen=True)
class Scene:
    """A scenario that is to be played. Its sessions are named `application_name`."""

    application_name: str
    count: int
    every_seconds: float


def scenario(function):
    """A function of a Scene that returns leaked pids. It is asked for by its name: early_return is early-return."""
    _scenarios[function.__name__.replace("_", "-")] = function
    return function


def play(client):
    """Plays those scenarios that the command line asks for."""
    for name, scene in _begin(client):
        _tell_ready(name, scene, _scenarios[name](scene))
    threading.Event().wait()


async def play_async(client):
    """As `play`, for scenarios that are coroutines."""
    for name, scene in _begin(client):
        _tell_ready(name, scene, await _scenarios[name](scene))
    await asyncio.Event().wait()


def go_on(work):
    """Does work without end beside the scenarios. If it fails, the program ends."""
    threading.Thread(target=work, daemon=True).start()


def go_on_async(work):
    """As `go_on`, for a coroutine."""
    task = asyncio.create_task(work)
    task.add_done_callback(lambda done: _end_with_failure(done.exception()))
    _tasks.append(task)


def _begin(client):
    parser = argparse.ArgumentParser(description="Connects as PGHOST, PGPORT, PGUSER and PGDATABASE say.")
    parser.add_argument("scenarios", nargs="+", choices=list(_scenarios), metavar="scenario")
    parser.add_argument("--count", type=int, default=5, help="how many sessions never-closed leaks")
    parser.add_argument("--every-ms", type=int, default=100, help="how long never-closed waits after each")
    words = parser.parse_args()
    if os.environ.get("ON_CUE"):
        _await_cue()
    threading.excepthook = lambda failed: _end_with_failure(failed.exc_value)
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    for name in words.scenarios:
        yield name, Scene(f"orders-{client}-{name}", words.count, words.every_ms / 1000)


def _await_cue():
    """Whoever starts many programs has them load first, and gives all of them a line when the play begins."""
    print(json.dumps({"waiting": True}), flush=True)
    os.read(sys.stdin.fileno(), 1)


def _tell_ready(name, scene, pids):
    line = {"ready": True, "scenario": name, "application_name": scene.application_name, "pids": pids or []}
    print(json.dumps(line), flush=True)


# At once, and without letting a driver close or roll back anything: SIGTERM does the same by itself.
def _end_with_stdin():
    # Not through a buffer, whose lock would be in the way of any other end.
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os._exit(0)


def _end_with_failure(error):
    traceback.print_exception(error)
    os._exit(1)
