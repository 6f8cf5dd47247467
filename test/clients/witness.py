"""What a program in Python gets to see of the end of its session, in lines. Whoever ends it answers with one."""

import json
import sys

scenario = sys.argv[1]

# For all sessions of this program.
application_name = f"ended {scenario}"


def tell(**line):
    """One line: a pid, what the program was told unasked, or what a statement came to."""
    print(json.dumps(line), flush=True)


def wait():
    """Until somebody says so."""
    sys.stdin.readline()


def end_of(work):
    """How work ends: `works`, or the error that it raises."""
    try:
        work()
        return "works"
    except Exception as error:
        return name_of(error)


def name_of(error):
    """Its class, where a program would import it from, and its SQLSTATE if it has one."""
    module = type(error).__module__.split("._")[0]
    cause = getattr(error, "orig", error)
    code = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)
    return f"{module}.{type(error).__qualname__} {code or ''}".strip()


def play(**scenarios):
    """The scenario that the command line asks for: in-use is in_use."""
    return scenarios[scenario.replace("-", "_")]()
