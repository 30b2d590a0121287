"""A browser errand, top to bottom: open, act, read, save, and say what changed since the last time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from gofer.apps.browse.changes import changes
from gofer.apps.browse.known import Known, clock, errand, failed, known, notebook, replayed, whole, worked, written_down
from gofer.apps.browse.types import BrowseInput, BrowseResult, Found, Outcome, Seen
from gofer.apps.browse.words import memory_key, task, told
from gofer.core.application import RunContext
from gofer.core.browser import Browser
from gofer.core.errors import Refused
from gofer.core.sandbox import Egress, Profile, SandboxSpec
from gofer.tools.blockers import terms
from gofer.tools.browser import browser_tools
from gofer.tools.playbook import Manner, Playbook, Recorder, as_csv, bind, healer, hosts, replay
from gofer.tools.prompts import prompt
from gofer.tools.unblocked import UnblockedBrowser


async def browse(run: RunContext, asked: BrowseInput) -> BrowseResult:
    """Replay the steps that are known, or let a model do what the goal says and write down what it does."""
    found = await known(run, asked)
    asked = whole(asked, found)
    if found is None and not await run.has_model():
        raise Refused("This errand has no playbook, and no model is configured that could do it.", code="ERR_NO_MODEL")
    async with seat(run, asked, computer(asked, found.playbook if found else None)) as desktop:
        browser = UnblockedBrowser(run, desktop, terms(asked.goal, asked.blocked_minutes))
        done = await (by_playbook(run, browser, asked, found) if found else by_model(run, browser, asked))
    changed = await compared(run, asked, done)
    return BrowseResult(
        text=told(done, changed),
        data=done.rows,
        csv=done.csv,
        screenshots=done.screenshots,
        changes=changed or [],
        how=done.how,
        replay=done.replay,
    )


@asynccontextmanager
async def seat(run: RunContext, asked: BrowseInput, spec: SandboxSpec) -> AsyncIterator[Browser]:
    """A browser on a desktop of the errand's own, or a place in a shared one; with what the profile knows."""
    if asked.computer == "shared":
        async with run.shared_browser(spec.egress, asked.profile) as browser:
            yield browser
        return
    async with run.sandbox(spec) as box, run.browser(box, asked.profile) as browser:
        yield browser


def computer(asked: BrowseInput, playbook: Playbook | None) -> SandboxSpec:
    """A desktop that reaches the playbook's sites only; a model may go anywhere public."""
    if playbook is None:
        return SandboxSpec(profile=Profile.DESKTOP, egress=Egress(allow=("*",)))
    bind(playbook, asked.values())
    names = dict.fromkeys([urlsplit(asked.start_url).hostname or "", *hosts(playbook, asked.values())])
    allow = tuple(pattern for name in names for pattern in (name, f"*.{name}"))
    return SandboxSpec(profile=Profile.DESKTOP, egress=Egress(allow=(*allow, *playbook.reach)))


async def by_playbook(run: RunContext, browser: Browser, asked: BrowseInput, found: Known) -> Outcome:
    """Every recorded step, or an error that names the one which could not be done."""
    rules, started = run.playbook_rules(), await run.step(clock)
    heal = healer(run, browser, errand(asked)) if rules.heal and await run.has_model() else None
    try:
        done = await replay(run, browser, found.playbook, asked.values(), Manner(heal, rules.pictures))
    except Refused as error:
        await failed(run, found, error)
        raise
    seconds = await run.step(clock) - started
    await worked(run, found, done)
    pages = f" over {done.pages} pages" if done.pages > 1 else ""
    read = f"Read {len(done.rows)} rows{pages}." if done.key else f"Did {done.acted} steps."
    return Outcome(
        text=" ".join([read, *done.notes]),
        rows=done.rows,
        key=done.key,
        csv=done.csv,
        screenshots=done.screenshots,
        how="playbook",
        replay=replayed(found, done, run.spent(), round(seconds, 1)),
    )


async def by_model(run: RunContext, browser: Browser, asked: BrowseInput) -> Outcome:
    """The goal in words, done with the browser as tools; ends with a table and a picture of the last page."""
    started = await run.step(clock)
    instructions = prompt("gofer.apps.browse", "browse")
    tools = [browser_tools(run, Recorder(browser, notebook(run, asked)))]
    found = await run.agent(task(asked), tools=tools, instructions=instructions, answer=Found)
    seconds = await run.step(clock) - started
    picture = await run.step(_picture, run, browser)
    csv = await run.save("rows.csv", as_csv(found.rows), "text/csv") if found.rows else None
    done = Outcome(
        text=found.text,
        rows=found.rows,
        key=found.key or next((column for row in found.rows for column in row), ""),
        csv=csv.name if csv else None,
        screenshots=[picture],
        how="model",
    )
    return done.model_copy(update={"note": await written_down(run, asked, done, round(seconds, 1))})


async def compared(run: RunContext, asked: BrowseInput, done: Outcome) -> list[str] | None:
    """What changed since the last run of the same errand; None when there is nothing to compare with."""
    key = memory_key(asked)
    before = await run.recall(key, Seen)
    if done.rows or before:
        await run.remember(key, Seen(rows=done.rows))
    return None if before is None else changes(before.rows, done.rows, done.key)


async def _picture(run: RunContext, browser: Browser) -> str:
    return (await run.save("page.png", await browser.take_screenshot(), "image/png")).name
