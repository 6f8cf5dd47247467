"""What psycopg2 sees of the end of its session."""

from psycopg2.pool import ThreadedConnectionPool

from witness import application_name, end_of, play, tell, wait

pool = ThreadedConnectionPool(1, 1, application_name=application_name)


def run(connection, sql="SELECT 1"):
    connection.cursor().execute(sql)


def in_use():
    connection = pool.getconn()
    run(connection)
    tell(pid=connection.info.backend_pid)
    wait()
    tell(others=end_of(pool.getconn))
    tell(next=end_of(lambda: run(connection)))
    pool.putconn(connection)
    tell(after=end_of(lambda: run(pool.getconn())))


def at_rest():
    connection = pool.getconn()
    run(connection)
    pid = connection.info.backend_pid
    pool.putconn(connection)
    tell(pid=pid)
    wait()
    connection = pool.getconn()
    tell(next=end_of(lambda: run(connection)))
    pool.putconn(connection)
    tell(after=end_of(lambda: run(pool.getconn())))


def running():
    connection = pool.getconn()
    tell(pid=connection.info.backend_pid)
    tell(next=end_of(lambda: run(connection, "SELECT pg_sleep(60)")))
    connection.rollback()
    tell(after=end_of(lambda: run(connection)))


play(in_use=in_use, at_rest=at_rest, running=running)
