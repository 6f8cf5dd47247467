"""What asyncpg sees of the end of its session."""

import asyncio

import asyncpg

from witness import application_name, name_of, play, tell, wait


async def end_of(work):
    try:
        await work()
        return "works"
    except Exception as error:
        return name_of(error)


async def listen(connection):
    connection.add_termination_listener(lambda _: tell(told="termination listener"))


async def open_pool():
    settings = {"application_name": application_name}
    return await asyncpg.create_pool(min_size=1, max_size=1, init=listen, server_settings=settings)


async def in_use():
    pool = await open_pool()
    connection = await pool.acquire()
    await connection.transaction().start()
    await connection.fetch("SELECT 1")
    tell(pid=connection.get_server_pid())
    await asyncio.to_thread(wait)
    tell(others=await end_of(lambda: pool.fetch("SELECT 1", timeout=2)))
    tell(next=await end_of(lambda: connection.fetch("SELECT 1")))
    await pool.release(connection)
    tell(after=await end_of(lambda: pool.fetch("SELECT 1")))


async def at_rest():
    pool = await open_pool()
    tell(pid=await pool.fetchval("SELECT pg_backend_pid()"))
    await asyncio.to_thread(wait)
    tell(next=await end_of(lambda: pool.fetch("SELECT 1")))
    tell(after=await end_of(lambda: pool.fetch("SELECT 1")))


async def running():
    pool = await open_pool()
    connection = await pool.acquire()
    tell(pid=connection.get_server_pid())
    tell(next=await end_of(lambda: connection.fetch("SELECT pg_sleep(60)")))
    tell(after=await end_of(lambda: connection.fetch("SELECT 1")))


asyncio.run(play(in_use=in_use, at_rest=at_rest, running=running))
