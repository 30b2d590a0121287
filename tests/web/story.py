"""An errand as a test plays it: what an application and its agent would put into the log."""

import struct
import zlib
from datetime import UTC, datetime

from gofer.core.event import (
    BrowserActed,
    EgressRefused,
    ModelDelta,
    ModelFinished,
    ModelStarted,
    RunStarted,
    RunSucceeded,
    Said,
    SandboxClosed,
    SandboxOpened,
    StepFinished,
    StepStarted,
    ToolFinished,
    ToolStarted,
)
from gofer.core.question import Question
from gofer.core.run import Cost, Status
from gofer.testing.fake_gateway import FakeGofer

PRICES = b'name,price,change\n"Kettle, small",24.90,-2.00\nKettle,31.50,0\n"<b>Kettle</b> XL",39.00,+1.50\n'
SHOP = "http://shop.example/search?q=kettle"


def png(colour: tuple[int, int, int], size: tuple[int, int] = (320, 240)) -> bytes:
    """A picture of one colour with a bar on top."""
    width, height = size
    bar, rest = bytes((221, 227, 230)) * width, bytes(colour) * width
    rows = b"".join(b"\0" + (bar if row < 24 else rest) for row in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def chunk(kind: bytes, data: bytes) -> bytes:
    """One part of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


async def begin(gofer: FakeGofer, run_id: str) -> None:
    """The run is taken up and its desktop is on."""
    log = gofer.log
    started = {"status": Status.RUNNING, "started_at": datetime.now(UTC)}
    await log.tell(run_id, RunStarted(attempt=1, worker="local"), **started)
    gofer.desktops.on.add(run_id)
    opened = SandboxOpened(name="main", profile="desktop", how="new", host="local", seconds=0.8)
    await log.tell(run_id, opened)


async def browse(gofer: FakeGofer, run_id: str) -> None:
    """The agent looks around, thinks, calls a tool."""
    log = gofer.log
    await log.tell(run_id, Said(text="I will look in the shop and write down the prices."))
    await log.tell(run_id, StepStarted(name="search"))
    shot = await gofer.files.save(run_id, "search.png", png((244, 246, 247)), "image/png")
    await log.tell(
        run_id, BrowserActed(action="open", sentence="Opened the shop", url=SHOP, seconds=0.4, artifact=shot.id)
    )
    await log.tell(run_id, StepFinished(name="search", seconds=1.2))
    await log.tell(run_id, ModelStarted(turn=1, model="example:small"))
    await log.tell(run_id, ModelDelta(turn=1, text="This came twice. "))
    await log.tell(run_id, ModelStarted(turn=1, model="example:small"))
    for word in ("There are three kettles ", "on this page; ", "<b>the cheapest</b> ", "is the small one."):
        await log.tell(run_id, ModelDelta(turn=1, text=word))
    done = ModelFinished(
        turn=1, model="example:small", input_tokens=1830, output_tokens=64, cached_tokens=0, usd=0.0123
    )
    await log.tell(run_id, done, cost=Cost(usd=0.0123, input_tokens=1830, output_tokens=64))
    await log.tell(run_id, ToolStarted(call="1", tool="extract", arguments={"each": ".product"}))
    await log.tell(run_id, ToolFinished(call="1", tool="extract", ok=True, result="3 rows", seconds=0.2))
    await log.tell(run_id, EgressRefused(host="tracker.example", port=443, reason="not on the list"))


async def ask(gofer: FakeGofer, run_id: str) -> None:
    """The run needs somebody to choose."""
    text = "The shop wants to know a country before it shows prices. Which one?"
    await gofer.operations.ask(run_id, Question(text=text, choices=("Germany", "France")))


async def finish(gofer: FakeGofer, run_id: str) -> None:
    """The result is there and the computer is off."""
    await gofer.files.save(run_id, "prices.csv", PRICES, "text/csv")
    await gofer.log.tell(run_id, SandboxClosed(name="main"))
    gofer.desktops.on.discard(run_id)
    output = {"summary": "The small kettle is 2.00 cheaper than last time.", "rows": 3}
    ended = {"status": Status.SUCCEEDED, "output": output, "ended_at": datetime.now(UTC)}
    await gofer.log.tell(run_id, RunSucceeded(output=output), **ended)
