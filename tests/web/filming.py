"""Errands with many pictures, a replay, a blocked page and kept playbooks, as tests of the pages play them."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from tests.web.story import PRICES, SHOP, png

from gofer.core.blocker import Blocker, BlockerKind, Evidence
from gofer.core.event import (
    BlockerSeen,
    BrowserActed,
    ModelFinished,
    RunResumed,
    RunStarted,
    RunSucceeded,
    RunWaiting,
    SandboxClosed,
    StepFinished,
    StepStarted,
)
from gofer.core.principal import OWNER
from gofer.core.question import Question
from gofer.core.run import Run, Status, WaitingFor
from gofer.core.session import SavedSession
from gofer.core.usage import Metrics, StepTime
from gofer.testing.fake_gateway import FakeGofer

STEPS = ("Open the shop", "Fill the search box with “kettle”", "Click “Search”", "Read name, price, link")

ROWS = [
    {"name": "Kettle, small", "price": "24.90 €", "link": "https://shop.example/kettles/small"},
    {"name": "Kettle", "price": "131.50 €", "link": "javascript:alert(1)"},
    {"name": "<b>Kettle</b> XL", "price": "39.00 €", "link": ""},
]

FIRST = """playbook 2
name price_watch
about "List what the shop has for a word."
parameter search "what to look for"

open "{start_url}"
  expect element searchbox "Search the shop"

fill searchbox "Search the shop" with "{search}"
  expect value "{search}"

click button "Search"
  expect text "Results"

read ".card"
  column "name" from ".name"

save "rows.csv"
"""

SECOND = FIRST.replace('button "Search"', 'button "Find"').replace('  expect value "{search}"\n', "")


async def act(gofer: FakeGofer, run_id: str, number: int, by: str, usd: float | None = None) -> None:
    """One step of the browser, with its picture."""
    shot = await gofer.files.save(run_id, f"step-{number:03}.png", png((238, 241, 244), (640, 400)), "image/png")
    plain: dict[str, Any] = {
        "action": "click",
        "sentence": STEPS[(number - 1) % 4],
        "url": SHOP,
        "seconds": 0.4 * number,
        "by": by,
    }
    await gofer.log.tell(
        run_id, BrowserActed.model_validate(plain | {"artifact": shot.name, "step": number, "usd": usd})
    )


async def replay(gofer: FakeGofer) -> Run:
    """Two steps replay, the third is mended by a model, the last one has no picture."""
    run = await gofer.log.add("browse", {"goal": "Watch the prices of kettles", "playbook": "price_watch"})
    started = {"status": Status.RUNNING, "started_at": datetime.now(UTC)}
    await gofer.log.tell(run.id, RunStarted(attempt=1, worker="local"), **started)
    for number in (1, 2):
        await act(gofer, run.id, number, "playbook")
    done = {"turn": 1, "model": "example:small", "input_tokens": 900, "output_tokens": 40, "cached_tokens": 0}
    await gofer.log.tell(run.id, ModelFinished.model_validate(done | {"usd": 0.02}))
    await act(gofer, run.id, 3, "model")
    return run


async def finish(gofer: FakeGofer, run: Run) -> None:
    """The last step, and the table."""
    read = {"action": "read", "sentence": STEPS[3], "url": SHOP, "seconds": 1.6, "step": 4, "by": "playbook"}
    await gofer.log.tell(run.id, BrowserActed.model_validate(read))
    await gofer.files.save(run.id, "prices.csv", PRICES, "text/csv")
    steps = [StepTime(name=f"{n}. {words}", seconds=0.4 * n) for n, words in enumerate(STEPS, 1)]
    told = Metrics(pages=3, requests=48, refused=2, sent=21_000, received=1_840_000, steps=steps)
    gofer.operations.metrics = told.model_copy(update={"usd": 0.02, "input_tokens": 900, "output_tokens": 40})
    healed = [{"step": 3, "why": "the button is called “Find” now", "usd": 0.02}]
    against = {"usd": 0.02, "seconds": 8.4, "first_usd": 0.41, "first_seconds": 96.0}
    told_of = {"playbook": "price_watch", "version": 2, "replayed": 3, "healed": healed, **against}
    found: Any = {"text": "Read 3 rows.", "data": ROWS, "csv": "prices.csv", "how": "playbook", "replay": told_of}
    ended = {"status": Status.SUCCEEDED, "output": found, "ended_at": datetime.now(UTC)}
    await gofer.log.tell(run.id, RunSucceeded(output=found), **ended)


async def long(gofer: FakeGofer, steps: int) -> Run:
    """An errand of many steps that has ended."""
    run = await gofer.log.add("browse", {"goal": "Look at every kettle there is"})
    for number in range(1, steps + 1):
        await act(gofer, run.id, number, "model", 0.001)
    await gofer.log.tell(run.id, SandboxClosed(name="main"))
    ended = {"status": Status.SUCCEEDED, "output": {"text": "Looked."}, "ended_at": datetime.now(UTC)}
    await gofer.log.tell(run.id, RunSucceeded(output={"text": "Looked."}), **ended)
    return run


STUCK = Question(
    text="shop.example shows a CAPTCHA, and gofer solves none. Take control and clear the way.",
    choices=("Done", "Abort", "+10 minutes"),
    default="Nobody came in time",
    timeout_seconds=1800,
    postpones={"+10 minutes": 600.0},
    clears=True,
)


async def block(gofer: FakeGofer, run_id: str) -> None:
    """A CAPTCHA stands in the way."""
    shot = await gofer.files.save(run_id, "blocked.png", png((250, 240, 235), (640, 400)), "image/png")
    signs = (
        Evidence(source="frame", value="https://captcha.example/anchor"),
        Evidence(source="text", value="I am not a robot"),
    )
    seen = Blocker(kind=BlockerKind.CAPTCHA, vendor="Example", evidence=signs, confidence=0.97)
    await gofer.log.tell(run_id, BlockerSeen(blocker=seen, url=SHOP, artifact=shot.name))
    asked = STUCK.model_copy(update={"artifact": shot.name})
    await gofer.operations.ask(run_id, asked)
    await gofer.log.tell(run_id, RunWaiting(waiting_for=WaitingFor.PERSON, reason=asked.text[:40]))


def keep(gofer: FakeGofer) -> None:
    """Two playbooks, one of which was mended, and a saved session."""
    shelf = gofer.operations.shelf
    shelf.write("price_watch", FIRST, "recorded", "run-0001")
    shelf.write("price_watch", SECOND, "step 3 mended: the button is called “Find” now", "run-0002")
    shelf.write("renew_books", FIRST.replace("price_watch", "renew_books"), "recorded", "run-0003")
    kept = {"version": 3, "versions": 3, "size": 18_400, "saved_at": datetime.now(UTC), "saved_by": "run-0001"}
    shelf.saved["shop"] = SavedSession.model_validate({"profile": "shop", "principal": OWNER.id, **kept})


async def loop(gofer: FakeGofer, run_id: str) -> None:
    """A playbook whose third step comes again, around a look at the clock and a person's hand on the mouse."""
    tell = gofer.log.tell
    for number in (0, 1, 2, 3, 2):
        name = f"{number + 1}. {STEPS[number]}"
        await tell(run_id, StepStarted(name=name))
        done = {"action": "click", "sentence": STEPS[number], "url": SHOP, "seconds": 0.4, "by": "playbook"}
        await tell(run_id, BrowserActed.model_validate(done | {"step": number + 1}))
        await tell(run_id, StepFinished(name=name, seconds=0.4))
    for name in ("clock", "_picture", "Note when it ends"):
        await tell(run_id, StepStarted(name=name))
        await tell(run_id, StepFinished(name=name, seconds=0.0))
    await tell(run_id, RunWaiting(waiting_for=WaitingFor.PERSON, reason="owner has control"))
    await asyncio.sleep(1.1)
    await tell(run_id, RunResumed())
    times = [StepTime(name=name, seconds=0.4) for name in ("1. Open", "_picture", "2. Read", "clock")]
    gofer.operations.metrics = Metrics(steps=times)
    cost = {"usd": 0.0, "seconds": 15.0, "first_usd": 0.41, "first_seconds": 96.0}
    told: Any = {"playbook": "price_watch", "version": 1, "replayed": 3, "healed": [], **cost}
    found: Any = {"text": "Read 3 rows.", "how": "playbook", "replay": told}
    ended = {"status": Status.SUCCEEDED, "output": found, "ended_at": datetime.now(UTC)}
    await tell(run_id, RunSucceeded(output=found), **ended)
