"""Small applications that do what kernel tests need."""

import asyncio
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from gofer.core.application import Application, RunContext
from gofer.core.budget import Budget
from gofer.core.errors import Refused, Unavailable
from gofer.core.question import Question


class Asked(BaseModel):
    """What these applications take."""

    model_config = ConfigDict(extra="forbid")

    number: int = 1
    ledger: str = ""
    profile: str | None = None
    question: Question | None = None
    seconds: float = 0.0
    failures: int = 0


async def double(number: int) -> int:
    """A step."""
    return number * 2


async def nothing() -> None:
    """A step whose result is None."""


async def add(run: RunContext, asked: Asked) -> int:
    """Two steps."""
    doubled = await run.step(double, asked.number)
    await run.step(nothing)
    return doubled + 1


async def ask(run: RunContext, asked: Asked) -> str:
    """A question."""
    return await run.ask(asked.question or Question(text="Go on?", choices=("yes", "no")))


async def hang(run: RunContext, asked: Asked) -> None:
    """A step that goes on until it is cancelled, and says that it cleaned up."""

    async def forever() -> None:
        _note(asked, "began")
        try:
            await asyncio.sleep(3600)
        finally:
            _note(asked, "cleaned up")

    await run.step(forever)


async def stumble(run: RunContext, asked: Asked) -> int:
    """One good step, then one that the outside world fails `failures` times."""

    async def good() -> int:
        _note(asked, "good")
        return 1

    async def bad() -> int:
        _note(asked, "bad")
        if _count(asked, "bad") <= asked.failures:
            raise Unavailable("The site is down.")
        return 2

    return await run.step(good) + await run.step(bad)


async def nap(run: RunContext, asked: Asked) -> str:
    """A wait without a slot."""
    await run.sleep(asked.seconds)
    return "rested"


async def work(run: RunContext, asked: Asked) -> str:
    """A step that takes a while."""

    async def busy() -> str:
        _note(asked, f"start {asked.number}")
        await asyncio.sleep(asked.seconds)
        _note(asked, f"end {asked.number}")
        return "done"

    return await run.step(busy)


async def refuse(_run: RunContext, _asked: Asked) -> None:
    """Something the asker must change."""
    raise Refused("The goal makes no sense.")


async def break_down(_run: RunContext, _asked: Asked) -> None:
    """A bug."""
    raise ZeroDivisionError("one by zero")


async def remember(run: RunContext, asked: Asked) -> int:
    """What the run before left, plus one."""
    before = await run.recall("count", Asked)
    count = (before.number if before else 0) + asked.number
    await run.remember("count", Asked(number=count))
    artifact = await run.save("count.txt", str(count).encode(), "text/plain")
    await run.say(f"saved {artifact.name}")
    return count


async def redo(run: RunContext, asked: Asked) -> None:
    """Save the same twice and something else once, in three goes at one step of which two fail."""

    async def save() -> None:
        _note(asked, "go")
        times = _count(asked, "go")
        await run.save("page.txt", b"first" if times < 3 else b"another page", "text/plain")
        if times < 3:
            raise Unavailable("The site went away.")

    await run.step(save)


def _note(asked: Asked, line: str) -> None:
    if asked.ledger:
        with Path(asked.ledger).open("a") as ledger:
            ledger.write(f"{line}\n")


def _count(asked: Asked, line: str) -> int:
    return Path(asked.ledger).read_text().splitlines().count(line)


APPLICATIONS = [
    Application(flow.__name__, flow.__doc__ or "", Asked, flow, limit_key=lambda asked: asked.profile)
    for flow in (add, ask, hang, stumble, nap, work, refuse, break_down, remember, redo)
] + [Application("hurried", "Has a tenth of a second.", Asked, work, budget=Budget(seconds=0.1))]
