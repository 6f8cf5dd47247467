"""An order service on asyncpg, and how it leaks."""

import asyncio

import asyncpg

from comments import sqlcommenter
from healthy import EXPORT_PAUSE_SECONDS, repeat_async, serve_async
from stage import leaked, play_async, scenario
from statements import (
    ALL_PAIRS,
    HOLD_THE_LOCK,
    ORDERS_TO_EXPORT,
    PAY_AN_ORDER,
    PLACE_AN_ORDER,
    PLACE_AN_ORDER_TWICE,
    SLOW_REPORT,
)


def tagged(sql, route):
    return sqlcommenter(sql, db_driver="asyncpg", framework="starlette:0.26.1", route=route)


async def connect(scene):
    return await asyncpg.connect(server_settings={"application_name": scene.application_name})


@scenario
async def swallowed_error(scene):
    connection = await connect(scene)
    leaked.append(connection)
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(tagged(PLACE_AN_ORDER_TWICE, "/orders"))
    except asyncpg.UniqueViolationError:
        pass  # "it is there already": but the transaction has failed
    return [connection.get_server_pid()]


@scenario
async def savepoint_error(scene):
    connection = await connect(scene)
    leaked.append(connection)
    await connection.transaction().start()
    await connection.execute(tagged(PAY_AN_ORDER, "/pay"))
    try:
        await connection.transaction().start()  # a savepoint
        await connection.execute(tagged(PLACE_AN_ORDER_TWICE, "/pay"))
    except asyncpg.UniqueViolationError:
        pass  # neither back to the savepoint nor to the end
    return [connection.get_server_pid()]


@scenario
async def half_read_cursor(scene):
    connection = await connect(scene)
    await connection.transaction().start()
    cursor = await connection.cursor(tagged(ORDERS_TO_EXPORT, "/export"))
    await cursor.fetch(100)
    leaked.append((connection, cursor))
    return [connection.get_server_pid()]


@scenario
async def unfinished_copy(scene):
    connection = await connect(scene)
    is_sent = asyncio.Event()

    async def upload():
        yield b"a line\n" * 20000
        is_sent.set()
        await asyncio.Event().wait()  # for the rest of the upload, which never comes

    copy = connection.copy_to_table("uploaded", source=upload())
    leaked.append(asyncio.create_task(copy))
    await is_sent.wait()
    return [connection.get_server_pid()]


@scenario
async def unread_result(scene):
    connection = await connect(scene)
    is_met = asyncio.Event()

    async def send_to_the_customer(_block):
        is_met.set()
        await asyncio.Event().wait()  # the customer's connection takes no more

    copy = connection.copy_from_query(tagged(ALL_PAIRS, "/export"), output=send_to_the_customer)
    leaked.append(asyncio.create_task(copy))
    await is_met.wait()
    return [connection.get_server_pid()]


@scenario
async def never_closed(scene):
    pids = []
    for _ in range(scene.count):
        connection = await connect(scene)
        leaked.append(connection)
        await connection.execute(tagged(PLACE_AN_ORDER, "/health"))
        pids.append(connection.get_server_pid())
        await asyncio.sleep(scene.every_seconds)
    return pids


@scenario
async def never_used(scene):
    connection = await connect(scene)
    leaked.append(connection)
    return [connection.get_server_pid()]


@scenario
async def healthy_pool(scene):
    settings = {"application_name": scene.application_name}
    pool = await asyncpg.create_pool(min_size=2, max_size=2, server_settings=settings)

    async def order():
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(tagged(PAY_AN_ORDER, "/pay"))
            await connection.execute(tagged(PLACE_AN_ORDER, "/orders"))

    async def order_again():
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(tagged(PLACE_AN_ORDER_TWICE, "/orders"))

    serve_async(order, order_again, asyncpg.UniqueViolationError)
    serve_async(order, order_again, asyncpg.UniqueViolationError)


@scenario
async def healthy_cursor(scene):
    connection = await connect(scene)

    async def export_and_rest():
        async with connection.transaction():
            async for _ in connection.cursor(tagged(ORDERS_TO_EXPORT, "/export"), prefetch=500):
                pass
        await asyncio.sleep(EXPORT_PAUSE_SECONDS)

    repeat_async(export_and_rest)


@scenario
async def healthy_listener(scene):
    connection = await connect(scene)
    leaked.append(connection)
    await connection.add_listener("orders", lambda *_: None)


@scenario
async def healthy_lock_holder(scene):
    connection = await connect(scene)
    leaked.append(connection)
    await connection.execute(HOLD_THE_LOCK)


@scenario
async def healthy_slow_report(scene):
    connection = await connect(scene)
    repeat_async(lambda: connection.execute(tagged(SLOW_REPORT, "/report")))


asyncio.run(play_async("asyncpg"))
