"""An order service on FastAPI and SQLAlchemy (over asyncpg), which asks itself, and how it leaks."""

import asyncio
import secrets
import socket
from contextvars import ContextVar

import httpx
import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from healthy import repeat_async
from shop import Order, comment_statements
from stage import go_on_async, leaked, play_async, scenario

route = ContextVar("route")


async def remember_the_route(request: Request):
    route.set(request.scope["route"].path)


def keys():
    trace = f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"
    return {"db_driver": "asyncpg", "framework": "fastapi:0.92.0", "route": route.get(), "traceparent": trace}


def application_for(scene):
    settings = {"server_settings": {"application_name": scene.application_name}}
    engine = create_async_engine("postgresql+asyncpg://", connect_args=settings)
    comment_statements(engine.sync_engine, keys)
    application = FastAPI(dependencies=[Depends(remember_the_route)])

    @application.get("/orders/{order_id}")
    async def show(order_id: int):
        async with AsyncSession(engine) as session:
            order = await session.get(Order, order_id)
            if order is None:
                raise HTTPException(404)
            return {"status": order.status}

    @application.get("/checkout")
    async def checkout(fail: str = ""):
        session = AsyncSession(engine)
        orders = await session.scalars(select(Order).order_by(Order.id).limit(10))
        pid = await pid_of(session)
        if fail == "early":
            leaked.append(session)
            return {"pid": pid}  # neither commit nor close
        await session.close()
        return {"pid": pid, "orders": len(orders.all())}

    return application


async def pid_of(session):
    connection = await (await session.connection()).get_raw_connection()
    return connection.driver_connection.get_server_pid()


async def serve(application):
    """Starts to serve on a free port, and returns who asks there."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application, log_level="warning", lifespan="off"))
    server.install_signal_handlers = lambda: None  # it would say good-bye
    go_on_async(server.serve(sockets=[listener]))
    host, port = listener.getsockname()
    return httpx.AsyncClient(base_url=f"http://{host}:{port}", trust_env=False)


@scenario
async def early_return(scene):
    asking = await serve(application_for(scene))
    answer = await asking.get("/checkout", params={"fail": "early"})
    answer.raise_for_status()
    return [answer.json()["pid"]]


@scenario
async def healthy_orders(scene):
    asking = await serve(application_for(scene))

    async def ask():
        (await asking.get("/orders/1")).raise_for_status()
        (await asking.get("/checkout")).raise_for_status()
        assert (await asking.get("/orders/0")).status_code == 404
        await asyncio.sleep(0.2)

    repeat_async(ask)


asyncio.run(play_async("fastapi"))
