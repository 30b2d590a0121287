"""A line from the keyboard that one can stop waiting for."""

import asyncio
import sys


async def read_line() -> str:
    """The next line, without its end; waits in vain once the keyboard is gone."""
    loop = asyncio.get_running_loop()
    line: asyncio.Future[str] = loop.create_future()
    number = sys.stdin.fileno()

    def typed() -> None:
        loop.remove_reader(number)
        text = sys.stdin.readline()
        if text and not line.done():
            line.set_result(text.strip())

    loop.add_reader(number, typed)
    try:
        return await line
    finally:
        loop.remove_reader(number)
