"""An order service on psycopg 3, and how it leaks."""

from functools import partial

import psycopg

from comments import sqlcommenter
from healthy import export, repeat, serve
from stage import leaked, play, scenario
from statements import (
    ALL_PAIRS,
    HOLD_THE_LOCK,
    LISTEN,
    ORDERS_TO_EXPORT,
    PAY_AN_ORDER,
    PLACE_AN_ORDER,
    PLACE_AN_ORDER_TWICE,
    SLOW_REPORT,
)


def tagged(sql, route):
    return sqlcommenter(sql, db_driver="psycopg:3.1.7", framework="flask:2.2.2", route=route)


def connect(scene, autocommit=False):
    return psycopg.connect(application_name=scene.application_name, autocommit=autocommit)


@scenario
def early_return(scene):
    def checkout(connection, order):
        sql = tagged("SELECT status FROM orders WHERE id = %s", "/checkout")
        (status,) = connection.execute(sql, [order]).fetchone()
        if status != "paid":
            return  # neither commit nor close
        connection.commit()
        connection.close()

    connection = connect(scene)
    leaked.append(connection)
    checkout(connection, 1)
    return [connection.info.backend_pid]


@scenario
def exception_before_commit(scene):
    def pay(connection):
        connection.execute(tagged(PAY_AN_ORDER, "/pay"))
        raise TimeoutError("the payment provider does not answer")

    connection = connect(scene)
    leaked.append(connection)
    try:
        pay(connection)
        connection.commit()
    except TimeoutError:
        pass  # "we try again tomorrow": without a rollback
    return [connection.info.backend_pid]


@scenario
def half_read_cursor(scene):
    connection = connect(scene)
    cursor = connection.cursor("export")
    cursor.execute(tagged(ORDERS_TO_EXPORT, "/export"))
    cursor.fetchmany(100)
    leaked.append((connection, cursor))
    return [connection.info.backend_pid]


@scenario
def unfinished_copy(scene):
    def upload(connection):
        with connection.cursor().copy(tagged("COPY uploaded FROM STDIN", "/upload")) as copy:
            copy.write("a line\n" * 20000)
            yield  # until there is more, which there never is

    connection = connect(scene, autocommit=True)
    uploading = upload(connection)
    next(uploading)
    leaked.append(uploading)
    return [connection.info.backend_pid]


@scenario
def unread_result(scene):
    def export(connection):
        with connection.cursor().copy(tagged(f"COPY ({ALL_PAIRS}) TO STDOUT", "/export")) as copy:
            yield from copy

    connection = connect(scene, autocommit=True)
    exporting = export(connection)
    next(exporting)
    leaked.append(exporting)
    return [connection.info.backend_pid]


@scenario
def healthy_pool(scene):
    def order(connection):
        with connection.transaction():
            connection.execute(tagged(PAY_AN_ORDER, "/pay"))
            connection.execute(tagged(PLACE_AN_ORDER, "/orders"))

    def order_again(connection):
        with connection.transaction():
            connection.execute(tagged(PLACE_AN_ORDER_TWICE, "/orders"))

    for connection in [connect(scene), connect(scene)]:
        refusal = psycopg.errors.UniqueViolation
        serve(partial(order, connection), partial(order_again, connection), refusal)


@scenario
def healthy_cursor(scene):
    connection = connect(scene)

    def export_once():
        with connection.transaction(), connection.cursor("export") as cursor:
            for _ in cursor.execute(tagged(ORDERS_TO_EXPORT, "/export")):
                pass

    export(export_once)


@scenario
def healthy_listener(scene):
    connection = connect(scene, autocommit=True)
    leaked.append(connection)
    connection.execute(LISTEN)


@scenario
def healthy_lock_holder(scene):
    connection = connect(scene, autocommit=True)
    leaked.append(connection)
    connection.execute(HOLD_THE_LOCK)


@scenario
def healthy_slow_report(scene):
    connection = connect(scene, autocommit=True)
    repeat(lambda: connection.execute(tagged(SLOW_REPORT, "/report")))


play("psycopg")
