"""What healthy threads and tasks do over and over, whatever their client is. Each function begins the work and returns."""

import asyncio
import time

from stage import go_on, go_on_async

SERVE_PAUSE_SECONDS = 0.2
EXPORT_PAUSE_SECONDS = 0.5


def serve(order, order_again, refusal):
    """Orders, and orders once more, which the server refuses with an exception of the type `refusal`."""

    def serve_once():
        order()
        try:
            order_again()
        except refusal:
            pass  # by now it is rolled back
        time.sleep(SERVE_PAUSE_SECONDS)

    repeat(serve_once)


def serve_async(order, order_again, refusal):
    """As `serve`, for coroutines."""

    async def serve_once():
        await order()
        try:
            await order_again()
        except refusal:
            pass  # by now it is rolled back
        await asyncio.sleep(SERVE_PAUSE_SECONDS)

    repeat_async(serve_once)


def export(export_once):
    """Exports, again after a rest."""

    def export_and_rest():
        export_once()
        time.sleep(EXPORT_PAUSE_SECONDS)

    repeat(export_and_rest)


def repeat(work):
    """Does the work again and again in a thread."""

    def work_for_ever():
        while True:
            work()

    go_on(work_for_ever)


def repeat_async(work):
    """As `repeat`, for a coroutine, in a task."""

    async def work_for_ever():
        while True:
            await work()

    go_on_async(work_for_ever())
