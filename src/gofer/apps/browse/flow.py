"""A browser errand, top to bottom: open, act, read, save, and say what changed since the last time."""

from dataclasses import replace

from gofer.apps.browse.changes import changes
from gofer.apps.browse.desktop import NotedScreen, Seat, limits, seat
from gofer.apps.browse.handing import handed_over
from gofer.apps.browse.known import (
    Known,
    clock,
    errand,
    failed,
    known,
    notebook,
    replayed,
    torn_up,
    whole,
    worked,
    written_down,
)
from gofer.apps.browse.types import BrowseInput, BrowseResult, Found, Outcome, Seen
from gofer.apps.browse.words import memory_key, played, task, told
from gofer.core.action import WaitFor
from gofer.core.application import RunContext, Tool
from gofer.core.browser import Browser
from gofer.core.errors import Refused, Stopped
from gofer.core.sandbox import Egress, Profile, SandboxSpec
from gofer.tools.blockers import terms
from gofer.tools.browser import browser_tools
from gofer.tools.healing import healer
from gofer.tools.playbook import Manner, Notebook, Playbook, Recorder, Witness, as_csv, bind, hosts, replay, site
from gofer.tools.prompts import prompt
from gofer.tools.screen import screen_tools
from gofer.tools.unblocked import UnblockedBrowser

BEGAN, ENDED = "Note when it begins", "Note when it ends"


async def browse(run: RunContext, asked: BrowseInput) -> BrowseResult:
    """Replay the steps that are known, or let a model do what the goal says and write down what it does."""
    found = await known(run, asked)
    asked = whole(asked, found)
    if found is None and not await run.has_model():
        raise Refused("This errand has no playbook, and no model is configured that could do it.", code="ERR_NO_MODEL")
    async with seat(run, asked, computer(asked, found.playbook if found else None)) as desk:
        browser = UnblockedBrowser(run, desk.browser, terms(asked.goal, asked.blocked_minutes))
        desk = replace(desk, browser=browser)
        done = await (by_playbook(run, browser, asked, found) if found else by_model(run, desk, asked))
    changed = await compared(run, asked, done)
    handed = await handed_over(run)
    return BrowseResult(
        text=told(done, changed, handed),
        data=done.rows,
        csv=done.csv,
        screenshots=done.screenshots,
        files=handed.files,
        changes=changed or [],
        how=done.how,
        replay=done.replay,
    )


def computer(asked: BrowseInput, playbook: Playbook | None) -> SandboxSpec:
    """A desktop that lasts as long as the errand may, and goes where it may."""
    return SandboxSpec(profile=Profile.DESKTOP, limits=limits(asked), egress=reach(asked, playbook))


def reach(asked: BrowseInput, playbook: Playbook | None) -> Egress:
    """The playbook's sites and what it says to reach; a model may go anywhere public."""
    start = site(asked.start_url)
    if playbook is None:
        return Egress(allow=("*", start) if start else ("*",))
    bind(playbook, asked.values())
    sites = dict.fromkeys(filter(None, [start, *hosts(playbook, asked.values())]))
    allow = tuple(pattern for name in sites for pattern in (name, f"*.{name}"))
    return Egress(allow=(*allow, *playbook.reach))


async def by_playbook(run: RunContext, browser: Browser, asked: BrowseInput, found: Known) -> Outcome:
    """Every recorded step, or an error that names the one which could not be done."""
    rules, started = run.playbook_rules(), await run.step(clock, name=BEGAN)
    mends = rules.heal and await run.has_model()
    witness = Witness(healer(run, browser, errand(asked), found.playbook) if mends else None)
    try:
        done = await replay(run, browser, found.playbook, asked.values(), Manner(witness.heal, rules.pictures))
    except Refused as error:
        if witness.blames_the_playbook(error):
            await failed(run, found, error)
        raise
    seconds = await run.step(clock, name=ENDED) - started
    note = await worked(run, found, done)
    return Outcome(
        text=" ".join([played(done), *done.notes]),
        rows=done.rows,
        key=done.key,
        csv=done.csv,
        screenshots=done.screenshots,
        how="playbook",
        replay=replayed(found, done, run.spent(), round(seconds, 1)),
        note=note,
    )


async def by_model(run: RunContext, desk: Seat, asked: BrowseInput) -> Outcome:
    """The goal in words, done with the browser as tools; ends with a table and a picture of the last page."""
    started = await run.step(clock, name=BEGAN)
    instructions = prompt("gofer.apps.browse", "browse")
    tools = hands(run, desk, notebook(run, asked))
    try:
        found = await run.agent(task(asked), tools=tools, instructions=instructions, answer=Found)
    except (Refused, Stopped):
        await torn_up(run)
        raise
    seconds = await run.step(clock, name=ENDED) - started
    picture = await run.step(_picture, run, desk.browser, name="Take a last picture")
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


def hands(run: RunContext, desk: Seat, notes: Notebook) -> list[Tool]:
    """The browser's tools, and on a desktop of its own mouse and keys for what the page gives no handle to."""
    tools: list[Tool] = [browser_tools(run, Recorder(desk.browser, notes))]
    return [*tools, screen_tools(run, NotedScreen(desk.screen, notes))] if desk.screen else tools


async def compared(run: RunContext, asked: BrowseInput, done: Outcome) -> list[str] | None:
    """What changed since the last run of the same errand; None when there is nothing to compare with."""
    key = memory_key(asked)
    before = await run.recall(key, Seen)
    if done.rows or before:
        await run.remember(key, Seen(rows=done.rows))
    return None if before is None else changes(before.rows, done.rows, done.key)


async def _picture(run: RunContext, browser: Browser) -> str:
    """The last page; a file that came after the last action is handed over as well."""
    await browser.act(WaitFor(seconds=0.1), tell=False)
    return (await run.save("page.png", await browser.take_screenshot(), "image/png")).name
