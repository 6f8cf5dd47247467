"""What psycopg 3 sees of the end of its session."""

import psycopg

from witness import application_name, end_of, play, tell, wait


def connect():
    return psycopg.connect(application_name=application_name)


def in_use():
    connection = connect()
    connection.execute("SELECT 1")
    tell(pid=connection.info.backend_pid)
    wait()
    tell(next=end_of(lambda: connection.execute("SELECT 1")))
    # Without a pool: whoever finds it closed connects anew.
    tell(after=end_of(lambda: (connect() if connection.closed else connection).execute("SELECT 1")))


def running():
    connection = connect()
    tell(pid=connection.info.backend_pid)
    tell(next=end_of(lambda: connection.execute("SELECT pg_sleep(60)")))
    connection.rollback()
    tell(after=end_of(lambda: connection.execute("SELECT 1")))


play(in_use=in_use, running=running)
