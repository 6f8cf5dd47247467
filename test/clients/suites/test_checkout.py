"""A suite in which one test forgets a transaction."""

import psycopg

# What nothing refers to would be closed by the garbage collector.
clients = []


def test_checkout_reserves_the_stock():
    client = psycopg.connect(application_name="test_checkout_leaks")
    clients.append(client)
    assert client.execute("SELECT 3 /*route='/checkout'*/").fetchone() == (3,)


def test_the_report_takes_its_time():
    with psycopg.connect(application_name="test_report") as connection:
        connection.execute("SELECT pg_sleep(3)")
