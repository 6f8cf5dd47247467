"""A suite that closes what it opens, on psycopg and asyncpg."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

import asyncpg
import psycopg
import pytest


@pytest.fixture
def connection():
    with psycopg.connect(application_name="pytest_shop") as opened:
        yield opened


def test_a_transaction_is_committed(connection):
    assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_transaction_that_fails_is_rolled_back(connection):
    with pytest.raises(psycopg.errors.DivisionByZero), connection.transaction():
        connection.execute("SELECT 1 / 0")


def test_1000_concurrent_requests_share_connections():
    connections = SimpleQueue()
    for _ in range(10):
        connections.put(psycopg.connect(application_name="pytest_load"))

    def request(number):
        opened = connections.get()
        try:
            with opened.transaction():
                return opened.execute("SELECT %s", (number,)).fetchone()[0]
        finally:
            connections.put(opened)

    with ThreadPoolExecutor(20) as threads:
        assert list(threads.map(request, range(1000))) == list(range(1000))
    for _ in range(10):
        connections.get().close()


def test_an_asynchronous_connection_is_closed():
    async def ask():
        # asyncpg reads no PGAPPNAME.
        settings = {"application_name": os.environ.get("PGAPPNAME", "pytest_async")}
        connection = await asyncpg.connect(server_settings=settings)
        try:
            async with connection.transaction():
                return await connection.fetchval("SELECT 1")
        finally:
            await connection.close()

    assert asyncio.run(ask()) == 1
