"""What SQLAlchemy (over psycopg2) sees of the end of its session."""

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from witness import application_name, end_of, play, tell, wait


def engine_with(**options):
    arguments = {"application_name": application_name}
    return create_engine("postgresql+psycopg2://", connect_args=arguments, pool_size=1, max_overflow=0, pool_timeout=1, **options)


def run(session, sql="SELECT 1"):
    session.execute(text(sql))


def once(engine):
    with Session(engine) as session:
        run(session)


def pid_of(session):
    return session.connection().connection.dbapi_connection.info.backend_pid


def in_use():
    engine = engine_with()
    session = Session(engine)
    run(session)
    tell(pid=pid_of(session))
    wait()
    tell(others=end_of(lambda: once(engine)))
    tell(next=end_of(lambda: run(session)))
    tell(again=end_of(lambda: run(session)))
    session.rollback()
    tell(after=end_of(lambda: run(session)))


def at_rest(**options):
    engine = engine_with(**options)
    with Session(engine) as session:
        pid = pid_of(session)
    tell(pid=pid)
    wait()
    tell(next=end_of(lambda: once(engine)))
    tell(after=end_of(lambda: once(engine)))


def running():
    session = Session(engine_with())
    tell(pid=pid_of(session))
    tell(next=end_of(lambda: run(session, "SELECT pg_sleep(60)")))
    session.rollback()
    tell(after=end_of(lambda: run(session)))


play(
    in_use=in_use,
    at_rest=at_rest,
    at_rest_pool_pre_ping=lambda: at_rest(pool_pre_ping=True),
    running=running,
)
