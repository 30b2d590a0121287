"""Which playbook an errand is done by, and what is kept of a run for the next one."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from gofer.apps.browse.types import BrowseInput, Mended, Outcome, Replay
from gofer.apps.browse.words import errand_key
from gofer.core.application import RunContext
from gofer.core.errors import Refused
from gofer.core.event import PlaybookSaved
from gofer.core.playbook import Draft, KeptPlaybook
from gofer.tools.playbook import (
    Errand,
    Notebook,
    Playbook,
    Recording,
    Replayed,
    Unfit,
    agree,
    as_text,
    bundled,
    draft,
    fits,
    load,
    merged,
)

RECORDING = "recording"


@dataclass(frozen=True)
class Known:
    """Steps to replay, and where they are kept if they are."""

    playbook: Playbook
    kept: KeptPlaybook | None = None
    chosen: bool = True
    """Whether the asker named it; else it is served because earlier runs agreed."""


async def known(run: RunContext, asked: BrowseInput) -> Known | None:
    """The playbook that was asked for, or else the one that earlier runs of this errand agreed on."""
    if isinstance(asked.playbook, str):
        return await _named(run, asked.playbook)
    if asked.playbook is not None:
        return Known(asked.playbook)
    kept = None if asked.fresh else await run.playbook(errand=errand_key(asked))
    if kept is None or not kept.served:
        return None
    playbook = load(kept.text)
    return Known(playbook, kept, chosen=False) if fits(playbook, asked.values()) else None


def whole(asked: BrowseInput, found: Known | None) -> BrowseInput:
    """The errand with what its playbook knows of it; raises Refused where no page to begin at is known."""
    if found is None:
        return asked
    goal = asked.goal or found.playbook.about or f"Replay {found.playbook.name or 'a playbook'}"
    start = asked.start_url or found.playbook.start
    if not start:
        message = "The playbook does not say at which page to begin."
        raise Refused(message, code="ERR_INVALID_INPUT", next_step="Give `start_url`.")
    return asked.model_copy(update={"goal": goal, "start_url": start})


def notebook(run: RunContext, asked: BrowseInput) -> Notebook:
    """Where what the model does is written down while it does it."""

    async def opened() -> Recording | None:
        found = await run.recall(RECORDING, Recording)
        return found if found and found.run == run.id else Recording(run=run.id)

    async def keep(recording: Recording) -> None:
        await run.remember(RECORDING, recording)

    return Notebook(opened, keep, {value: name for name, value in asked.parameters.items()})


async def written_down(run: RunContext, asked: BrowseInput, done: Outcome, seconds: float) -> str:
    """Keep what the model did as a playbook, or say in a sentence why there is none."""
    recording = await run.recall(RECORDING, Recording)
    await run.remember(RECORDING, Recording())
    if recording is None or recording.run != run.id:
        return ""
    made = draft(recording, errand(asked), done.rows)
    if isinstance(made, Unfit):
        return f"It cannot be replayed: {made.why}."
    before = await run.playbook(errand=errand_key(asked))
    return await _kept(run, asked, made, before, seconds)


async def worked(run: RunContext, found: Known, done: Replayed) -> None:
    """A replay succeeded: remember that of its version, or keep the mended one as a new version."""
    kept, mended = found.kept, done.mended
    name = kept.name if kept else found.playbook.name
    if not name or (kept is None and mended is None):
        return
    text = as_text(mended.model_copy(update={"name": name})) if mended else kept.text if kept else ""
    why = "; ".join(f"step {one.number} mended: {one.why}" for one in done.healed) or "replayed"
    agreeing = kept.agreeing if kept else 0
    plain = {"text": text, "why": why[:300], "name": name, "errand": kept.errand if kept else None}
    now = await run.keep_playbook(Draft(**plain, served=kept is None or kept.served, agreeing=agreeing, worked=True))
    if mended is not None:
        await run.emit(_saved(now, why))


async def failed(run: RunContext, found: Known, error: Refused) -> None:
    """A replay that nobody asked for did not work: the next run is the model's again."""
    kept = found.kept
    if kept is None or found.chosen or not await run.has_model():
        return
    plain = {"text": kept.text, "name": kept.name, "errand": kept.errand}
    now = await run.keep_playbook(Draft(**plain, why=kept.why, served=False, agreeing=0))
    await run.emit(_saved(now, f"no longer served: {error.message}"))


def errand(asked: BrowseInput) -> Errand:
    """What a recording has to know."""
    return Errand(asked.goal, asked.start_url, asked.parameters)


def replayed(found: Known, done: Replayed, usd: float, seconds: float) -> Replay:
    """What was replayed and what it cost, against the run it was recorded in."""
    kept = found.kept
    return Replay(
        playbook=(kept.name if kept else found.playbook.name) or None,
        version=kept.version if kept else None,
        replayed=done.acted - len(done.healed),
        healed=[Mended(step=one.number, why=one.why, usd=one.usd) for one in done.healed],
        usd=usd,
        seconds=seconds,
        first_usd=kept.usd if kept else None,
        first_seconds=kept.seconds if kept else None,
    )


async def clock() -> float:
    """Seconds since 1970; a step, because a flow uses no clock."""
    return time.time()


async def _named(run: RunContext, name: str) -> Known:
    if "\n" in name:
        return Known(load(name))
    kept = await run.playbook(name=name)
    return Known(load(kept.text), kept) if kept else Known(bundled(name))


async def _kept(
    run: RunContext, asked: BrowseInput, made: Playbook, before: KeptPlaybook | None, seconds: float
) -> str:
    old = load(before.text) if before else None
    same = old is not None and agree(old, made)
    if before and before.served and not same:
        return f"The playbook {before.name} stays as it is, though this run did otherwise."
    agreeing = before.agreeing + 1 if before and same else 1
    text = as_text(merged(old, made) if old and same else made)
    first = "recorded" if before is None else "recorded anew: it was done otherwise"
    why = f"{agreeing} runs agree" if agreeing > 1 else first
    served = agreeing >= run.playbook_rules().agreeing or bool(before and before.served)
    plain = {"name": before.name if before else _name(asked), "errand": errand_key(asked), "text": text, "why": why}
    now = await run.keep_playbook(Draft(**plain, served=served, agreeing=agreeing, usd=run.spent(), seconds=seconds))
    await run.emit(_saved(now, why))
    return f"Kept as the playbook {now.name}{_prospect(now, run.playbook_rules().agreeing)}."


def _prospect(kept: KeptPlaybook, wanted: int) -> str:
    if kept.served:
        return "; the next run replays it without a model"
    return f"; {kept.agreeing} of {wanted} runs agree so far"


def _saved(kept: KeptPlaybook, why: str) -> PlaybookSaved:
    return PlaybookSaved(
        name=kept.name, version=kept.version, agreeing=kept.agreeing, served=kept.served, why=why[:300]
    )


def _name(asked: BrowseInput) -> str:
    """A few words of the goal, without the values in it."""
    goal = asked.goal.casefold()
    for value in asked.parameters.values():
        goal = goal.replace(value.casefold(), " ") if value else goal
    words = re.findall(r"[a-z0-9]+", goal)[:5]
    host = (urlsplit(asked.start_url).hostname or "").removeprefix("www.").partition(".")[0]
    return "-".join(_short([*words, host]))[:80].strip("-") or "errand"


def _short(words: Sequence[str]) -> list[str]:
    return [re.sub(r"[^a-z0-9]", "", word)[:15] for word in words if word]
