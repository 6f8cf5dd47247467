"""An order service on psycopg2, and how it leaks. Its comments have the form of Rails' marginalia."""

from functools import partial

import psycopg2
from psycopg2.pool import ThreadedConnectionPool

from comments import marginalia
from healthy import export, repeat, serve
from stage import leaked, play, scenario
from statements import (
    HOLD_THE_LOCK,
    LISTEN,
    ORDERS_TO_EXPORT,
    PAY_AN_ORDER,
    PLACE_AN_ORDER,
    PLACE_AN_ORDER_TWICE,
    SLOW_REPORT,
)


def tagged(sql, action):
    return marginalia(sql, application="shop", controller="orders", action=action)


def connect(scene, autocommit=False):
    # No words mean where the environment says, but psycopg2 wants a word.
    connection = psycopg2.connect(application_name=scene.application_name)
    connection.autocommit = autocommit
    return connection


@scenario
def early_return(scene):
    def checkout(connection, order):
        with connection.cursor() as cursor:  # closes the cursor, not the transaction
            cursor.execute(tagged("SELECT status FROM orders WHERE id = %s", "checkout"), [order])
            (status,) = cursor.fetchone()
            if status != "paid":
                return
        connection.commit()
        pool.putconn(connection)

    pool = ThreadedConnectionPool(1, 5, application_name=scene.application_name)
    connection = pool.getconn()
    leaked.append(pool)
    checkout(connection, 1)
    return [connection.info.backend_pid]


@scenario
def swallowed_error(scene):
    connection = connect(scene)
    leaked.append(connection)
    try:
        connection.cursor().execute(tagged(PLACE_AN_ORDER_TWICE, "create"))
    except psycopg2.errors.UniqueViolation:
        pass  # "it is there already": but the transaction has failed
    return [connection.info.backend_pid]


@scenario
def half_read_cursor(scene):
    connection = connect(scene)
    cursor = connection.cursor("export")
    cursor.itersize = 100
    cursor.execute(tagged(ORDERS_TO_EXPORT, "export"))
    for row in cursor:
        if row:  # what was looked for is found
            break
    leaked.append((connection, cursor))
    return [connection.info.backend_pid]


@scenario
def never_used(scene):
    connection = connect(scene)
    leaked.append(connection)
    return [connection.info.backend_pid]


@scenario
def healthy_pool(scene):
    pool = ThreadedConnectionPool(2, 2, application_name=scene.application_name)
    # This pool hands out the session that came back last: a spare one would never be used.
    for connection in [pool.getconn(), pool.getconn()]:
        connection.cursor().execute(tagged("SELECT 1", "start"))
        pool.putconn(connection)  # rolls back

    def run(*statements):
        connection = pool.getconn()
        try:
            with connection, connection.cursor() as cursor:  # commits or rolls back
                for sql in statements:
                    cursor.execute(tagged(sql, "create"))
        finally:
            pool.putconn(connection)

    for _ in range(2):
        order, order_again = partial(run, PAY_AN_ORDER, PLACE_AN_ORDER), partial(run, PLACE_AN_ORDER_TWICE)
        serve(order, order_again, psycopg2.errors.UniqueViolation)


@scenario
def healthy_cursor(scene):
    connection = connect(scene)

    def export_once():
        with connection, connection.cursor("export") as cursor:
            cursor.execute(tagged(ORDERS_TO_EXPORT, "export"))
            cursor.fetchall()

    export(export_once)


@scenario
def healthy_listener(scene):
    connection = connect(scene, autocommit=True)
    leaked.append(connection)
    connection.cursor().execute(LISTEN)


@scenario
def healthy_lock_holder(scene):
    connection = connect(scene, autocommit=True)
    leaked.append(connection)
    connection.cursor().execute(HOLD_THE_LOCK)


@scenario
def healthy_slow_report(scene):
    connection = connect(scene, autocommit=True)
    repeat(lambda: connection.cursor().execute(tagged(SLOW_REPORT, "report")))


play("psycopg2")
