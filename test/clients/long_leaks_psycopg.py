"""An order service on psycopg 3, and the leaks that take it long, or that others have to wait for."""

import os
import signal
import subprocess
import sys
import threading

import psycopg

from healthy import repeat
from minutes import minutes, rest
from stage import go_on, leaked, play, scenario
from statements import PAY_AN_ORDER, PLACE_AN_ORDER

# One row that everybody here wants.
PAY_THE_LAST = "UPDATE orders SET status = 'paid' WHERE id = 2000"


def connect(scene, suffix="", autocommit=False, **where):
    return psycopg.connect(application_name=scene.application_name + suffix, autocommit=autocommit, **where)


@scenario
def blocked_orders(scene):
    def pay(connection):
        connection.execute(PAY_THE_LAST)
        raise TimeoutError("the payment provider does not answer")

    connection = connect(scene)
    leaked.append(connection)
    try:
        pay(connection)
        connection.commit()
    except TimeoutError:
        pass  # without a rollback: the row stays locked

    for _ in range(3):
        victim = connect(scene, "-victims")
        go_on(lambda waiting=victim: waiting.execute(PAY_THE_LAST))
    return [connection.info.backend_pid]


@scenario
def half_migrated(scene):
    connection = connect(scene)
    leaked.append(connection)
    connection.execute("ALTER TABLE migrated ADD COLUMN note text")
    # "Continue with the next step? [y/N]": the terminal was closed long ago
    victim = connect(scene, "-victims")
    go_on(lambda: victim.execute("SELECT count(*) FROM migrated"))
    return [connection.info.backend_pid]


@scenario
def endless_sync(scene):
    connection = connect(scene)  # autocommit is off, and nobody remembered

    def sync():
        connection.execute(PLACE_AN_ORDER)
        rest(0.3)

    repeat(sync)
    return [connection.info.backend_pid]


@scenario
def endless_report(scene):
    connection = connect(scene)
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ

    def poll():
        connection.execute("SELECT count(*) FROM orders").fetchone()
        rest(0.5)

    repeat(poll)  # every figure is that of the first minute
    return [connection.info.backend_pid]


@scenario
def forgotten_prepared(scene):
    connection = connect(scene, user="coordinator_gone")
    connection.tpc_begin("orders-forgotten")
    connection.execute(PAY_AN_ORDER)
    connection.tpc_prepare()
    connection.close()  # and the coordinator has lost its log
    return []


@scenario
def one_lost(scene):
    pool = [connect(scene, autocommit=True) for _ in range(5)]
    lost = pool.pop()
    leaked.append(lost)
    lost.execute(PLACE_AN_ORDER)  # and is never given back

    def serve():
        for connection in pool:
            connection.execute(PLACE_AN_ORDER)
            rest(0.2)

    repeat(serve)
    return [lost.info.backend_pid]


@scenario
def caller_gone(scene):
    connection = connect(scene, autocommit=True)
    leaked.append(connection)
    computing = threading.Thread(target=lambda: connection.execute("SELECT pg_sleep(100000)"), daemon=True)
    computing.start()
    computing.join(minutes(0.5))  # "504 Gateway Timeout", and nobody cancels
    return [connection.info.backend_pid]


@scenario
def killed_while_computing(scene):
    words = "import sys, psycopg; psycopg.connect(application_name=sys.argv[1]).execute('SELECT pg_sleep(100000)')"
    # Nothing of ours stays open in it: if we are ended first, nobody waits for it to say something.
    silent = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    program = subprocess.Popen([sys.executable, "-c", words, scene.application_name], **silent)
    with connect(scene, "-watch", autocommit=True) as watch:
        sql = "SELECT pid FROM pg_stat_activity WHERE application_name = %s AND state = 'active'"
        while not (found := watch.execute(sql, [scene.application_name]).fetchall()):
            rest(0.02)
    os.kill(program.pid, signal.SIGKILL)  # "out of memory"
    program.wait()
    return [pid for (pid,) in found]


play("psycopg")
