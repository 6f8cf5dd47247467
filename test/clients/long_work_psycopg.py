"""A back office on psycopg 3: work that takes long, and is none of the leaks that it looks like."""

import psycopg

from healthy import repeat
from minutes import minutes, rest
from stage import go_on, leaked, play, scenario
from statements import ORDERS_TO_EXPORT, PAY_AN_ORDER, PLACE_AN_ORDER, PLACE_AN_ORDER_TWICE


def connect(scene, suffix="", autocommit=False, **where):
    return psycopg.connect(application_name=scene.application_name + suffix, autocommit=autocommit, **where)


def in_one_transaction(connection, length, pause):
    """Statements for so many minutes, with a pause after each, and a commit."""
    with connection.transaction():
        for _ in range(round(length / pause)):
            connection.execute(PLACE_AN_ORDER)
            rest(pause)


@scenario
def slow_provider(scene):
    connection = connect(scene)

    def pay():
        with connection.transaction():
            connection.execute(PAY_AN_ORDER)
            rest(4)  # the payment provider is slow, and answers
        rest(2)

    repeat(pay)


@scenario
def nightly_batch(scene):
    connection = connect(scene)

    def batch():
        in_one_transaction(connection, length=40, pause=0.5)
        rest(5)

    repeat(batch)


@scenario
def weekly_migration(scene):
    connection = connect(scene)

    def migrate():
        in_one_transaction(connection, length=90, pause=0.5)
        rest(100_000)

    repeat(migrate)


@scenario
def paging(scene):
    connection = connect(scene)

    def page_through():
        with connection.transaction(), connection.cursor("pages") as cursor:
            cursor.execute(ORDERS_TO_EXPORT)
            while cursor.fetchmany(40):
                rest(0.5)

    repeat(page_through)


@scenario
def many_small(scene):
    connection = connect(scene)

    def step():
        with connection.transaction():
            connection.execute(PLACE_AN_ORDER)
            connection.execute(PAY_AN_ORDER)
        rest(0.05)

    repeat(step)


@scenario
def savepoints(scene):
    connection = connect(scene)

    def order():
        with connection.transaction():
            connection.execute(PLACE_AN_ORDER)
            try:
                with connection.transaction():  # a savepoint
                    connection.execute(PLACE_AN_ORDER_TWICE)
            except psycopg.errors.UniqueViolation:
                pass  # back at the savepoint
            rest(0.3)
        rest(0.3)

    repeat(order)


@scenario
def two_phases(scene):
    connection = connect(scene, user="coordinator_at_work")

    def order():
        connection.tpc_begin("orders-two-phases")
        connection.execute(PLACE_AN_ORDER)
        connection.tpc_prepare()
        rest(0.05)
        connection.tpc_commit()
        rest(0.5)

    repeat(order)


@scenario
def two_phases_paused(scene):
    connection = connect(scene, user="coordinator_paused")
    connection.tpc_begin("orders-paused")
    connection.execute(PLACE_AN_ORDER)
    connection.tpc_prepare()

    def commit_after_maintenance():
        rest(30)
        connection.tpc_commit()
        rest(100_000)

    repeat(commit_after_maintenance)


@scenario
def slow_upload(scene):
    connection = connect(scene, autocommit=True)

    def upload():
        with connection.cursor().copy("COPY uploaded FROM STDIN") as copy:
            for _ in range(500):
                copy.write("a line of the upload\n" * 1000)
                rest(0.2)

    repeat(upload)


@scenario
def index_build(scene):
    connection = connect(scene, autocommit=True, user="slow_owner")
    go_on(lambda: connection.execute("CREATE INDEX ON slow_rows (slow(id))"))


@scenario
def temporary_table(scene):
    connection = connect(scene, autocommit=True)
    connection.execute("CREATE TEMPORARY TABLE basket (id int)")

    def fill():
        connection.execute("INSERT INTO basket VALUES (1)")
        rest(5)

    repeat(fill)


@scenario
def evening_report(scene):
    connection = connect(scene, autocommit=True)
    repeat(lambda: connection.execute("SELECT count(*) FROM orders, pg_sleep(%s)", [minutes(90)]))


@scenario
def annual_report(scene):
    connection = connect(scene, autocommit=True)
    repeat(lambda: connection.execute("SELECT count(*) FROM orders, pg_sleep(%s)", [minutes(600)]))


@scenario
def lunch(scene):
    connection = connect(scene)
    connection.execute(PAY_AN_ORDER)  # typed at a prompt, to be looked at after lunch

    def come_back():
        rest(45)
        connection.commit()
        rest(100_000)

    repeat(come_back)


@scenario
def typing_mistake(scene):
    connection = connect(scene)
    leaked.append(connection)
    try:
        connection.execute("SELECT 1 / 0")
    except psycopg.errors.DivisionByZero:
        pass

    def see_it():
        rest(25)
        connection.rollback()
        rest(100_000)

    repeat(see_it)


play("psycopg")
