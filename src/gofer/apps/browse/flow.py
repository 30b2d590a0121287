"""A browser errand, top to bottom: open, act, read, save, and say what changed since the last time."""

from urllib.parse import urlsplit

from gofer.apps.browse.changes import changes
from gofer.apps.browse.types import BrowseInput, BrowseResult, Found, Outcome, Seen
from gofer.apps.browse.words import memory_key, task, told
from gofer.core.application import RunContext
from gofer.core.browser import Browser
from gofer.core.errors import Refused
from gofer.core.sandbox import Egress, Profile, SandboxSpec
from gofer.tools.browser import browser_tools
from gofer.tools.playbook import Playbook, as_csv, bind, hosts, replay
from gofer.tools.prompts import prompt


async def browse(run: RunContext, asked: BrowseInput) -> BrowseResult:
    """Replay the recorded steps, or let a model do what the goal says."""
    playbook = asked.recorded()
    if playbook is None and not await run.has_model():
        raise Refused("This errand has no playbook, and no model is configured that could do it.", code="ERR_NO_MODEL")
    async with run.sandbox(computer(asked, playbook)) as box, run.browser(box) as browser:
        done = await (by_playbook(run, browser, asked, playbook) if playbook else by_model(run, browser, asked))
    changed = await compared(run, asked, done)
    return BrowseResult(
        text=told(done, changed),
        data=done.rows,
        csv=done.csv,
        screenshots=done.screenshots,
        changes=changed or [],
        how=done.how,
    )


def computer(asked: BrowseInput, playbook: Playbook | None) -> SandboxSpec:
    """A desktop that reaches the playbook's sites only; a model may go anywhere public."""
    if playbook is None:
        return SandboxSpec(profile=Profile.DESKTOP, egress=Egress(allow=("*",)))
    names = dict.fromkeys([urlsplit(asked.start_url).hostname or "", *hosts(bind(playbook, asked.values()))])
    allow = tuple(pattern for name in names for pattern in (name, f"*.{name}"))
    return SandboxSpec(profile=Profile.DESKTOP, egress=Egress(allow=allow))


async def by_playbook(run: RunContext, browser: Browser, asked: BrowseInput, playbook: Playbook) -> Outcome:
    """Every recorded step, or an error that names the one which could not be done."""
    done = await replay(run, browser, playbook, asked.values())
    pages = f" over {done.pages} pages" if done.pages > 1 else ""
    text = " ".join([f"Read {len(done.rows)} rows{pages}.", *done.notes])
    return Outcome(text=text, rows=done.rows, key=done.key, csv=done.csv, screenshots=done.screenshots, how="playbook")


async def by_model(run: RunContext, browser: Browser, asked: BrowseInput) -> Outcome:
    """The goal in words, done with the browser as tools; ends with a table and a picture of the last page."""
    instructions = prompt("gofer.apps.browse", "browse")
    tools = [browser_tools(run, browser)]
    found = await run.agent(task(asked), tools=tools, instructions=instructions, answer=Found)
    picture = await run.step(_picture, run, browser)
    csv = await run.save("rows.csv", as_csv(found.rows), "text/csv") if found.rows else None
    return Outcome(
        text=found.text,
        rows=found.rows,
        key=found.key or next((column for row in found.rows for column in row), ""),
        csv=csv.name if csv else None,
        screenshots=[picture],
        how="model",
    )


async def compared(run: RunContext, asked: BrowseInput, done: Outcome) -> list[str] | None:
    """What changed since the last run of the same errand; None when there is nothing to compare with."""
    key = memory_key(asked)
    before = await run.recall(key, Seen)
    if done.rows or before:
        await run.remember(key, Seen(rows=done.rows))
    return None if before is None else changes(before.rows, done.rows, done.key)


async def _picture(run: RunContext, browser: Browser) -> str:
    return (await run.save("page.png", await browser.screenshot(), "image/png")).name
