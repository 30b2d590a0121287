"""An application's code changed while its runs were under way: what was done is known by name, and not done again."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from pydantic import BaseModel

from gofer.core.application import Application, RunContext
from gofer.core.question import Question
from gofer.core.run import Run, Status
from gofer.testing.harness import Setup, harness


class Asked(BaseModel):
    """No input."""


Flow = Callable[[RunContext, Asked], Awaitable[list[str]]]


def flow(ledger: list[str], *before: str, after: str = "") -> Flow:
    """Named steps, a question, and a step after it."""

    async def follow(run: RunContext, _asked: Asked) -> list[str]:
        async def do(name: str) -> str:
            ledger.append(name)
            return f"{name} {len(ledger)}"

        done = [await run.step(do, name, name=name) for name in before]
        await run.ask(Question(text="Go on?"))
        return [*done, await run.step(do, after, name=after)] if after else done

    return follow


async def upgraded(folder: Path, old: Flow, new: Flow) -> Run:
    """The end of a run that began with one flow, was stopped at its question, and went on with another."""
    async with harness(Setup(folder, [Application("x", "", Asked, old)])) as gofer:
        run = await gofer.start("x")
        await gofer.reaches(run.id, Status.WAITING)
    async with harness(Setup(folder, [Application("x", "", Asked, new)])) as gofer:
        await gofer.call("run.answer", id=run.id, answer="yes")
        return await gofer.ended(run.id)


@pytest.mark.parametrize(
    "now",
    [("charge", "ship", "new"), ("new", "charge", "ship"), ("ship", "charge"), ("charge",), ("charge", "ship")],
    ids=["one more at the end", "one more at the top", "another order", "one less", "the same"],
)
async def test_no_step_that_was_done_is_done_again(folder: Path, now: tuple[str, ...]) -> None:
    ledger: list[str] = []
    ended = await upgraded(folder, flow(ledger, "charge", "ship"), flow(ledger, *now, after="tell"))
    assert ended.status is Status.SUCCEEDED
    assert sorted(ledger) == sorted({"charge", "ship", "tell", *now})


async def test_what_was_done_gives_what_it_gave(folder: Path) -> None:
    ledger: list[str] = []
    ended = await upgraded(folder, flow(ledger, "charge"), flow(ledger, "new", "charge", after="tell"))
    assert ended.output == ["new 2", "charge 1", "tell 3"]


async def test_an_agent_is_not_called_from_inside_a_step(folder: Path) -> None:
    async def think(run: RunContext, _asked: Asked) -> str:
        async def inside() -> str:
            return str(await run.agent("Think."))

        return await run.step(inside)

    async with harness(Setup(folder, [Application("x", "", Asked, think)])) as gofer:
        ended = await gofer.run("x")
        assert ended.error is not None
        assert "not from inside a step" in ended.error.message
