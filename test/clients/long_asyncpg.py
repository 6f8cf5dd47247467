"""Services on asyncpg that take long: one that leaks a lock, and several that do not leak."""

import asyncio

import asyncpg

from healthy import repeat_async
from minutes import minutes
from stage import go_on_async, leaked, play_async, scenario
from statements import ALL_PAIRS, PLACE_AN_ORDER

THE_JOB = "SELECT pg_advisory_xact_lock(42)"


async def connect(scene, suffix=""):
    return await asyncpg.connect(server_settings={"application_name": scene.application_name + suffix})


async def rest(count):
    await asyncio.sleep(minutes(count))


@scenario
async def forgotten_job_lock(scene):
    connection = await connect(scene)
    leaked.append(connection)
    await connection.transaction().start()
    await connection.execute(THE_JOB)  # and the job returned early
    waiting = await connect(scene, "-victims")
    go_on_async(waiting.execute(THE_JOB))
    return [connection.get_server_pid()]


@scenario
async def spare_sessions(scene):
    settings = {"application_name": scene.application_name}
    pool = await asyncpg.create_pool(
        min_size=4, max_size=4, max_inactive_connection_lifetime=0, server_settings=settings
    )

    async def serve():
        async with pool.acquire() as connection:  # the one that came back last
            await connection.execute(PLACE_AN_ORDER)
        await rest(0.2)

    repeat_async(serve)


@scenario
async def slow_download(scene):
    connection = await connect(scene)

    async def send_on(_block):
        await rest(0.5)

    repeat_async(lambda: connection.copy_from_query(ALL_PAIRS, output=send_on))


@scenario
async def hourly_job(scene):
    async def run():
        connection = await connect(scene)
        async with connection.transaction():
            await connection.execute(PLACE_AN_ORDER)
            await rest(2)
        await connection.close()
        await rest(8)

    repeat_async(run)


@scenario
async def leader(scene):
    connection = await connect(scene)
    leaked.append(connection)
    await connection.execute("SELECT pg_advisory_lock(7)")  # whoever has it is the leader

    async def say_so():
        await rest(30)
        await connection.execute("SELECT 1")

    repeat_async(say_so)


asyncio.run(play_async("asyncpg"))
