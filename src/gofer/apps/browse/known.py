"""Which playbook an errand is done by, and what is kept of a run for the next one."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from gofer.apps.browse.naming import name_of
from gofer.apps.browse.types import BrowseInput, Mended, Outcome, Replay
from gofer.apps.browse.words import errand_key
from gofer.core.application import RunContext
from gofer.core.errors import Refused
from gofer.core.event import PlaybookSaved
from gofer.core.playbook import Draft, KeptPlaybook, own_key
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
    opening,
    unreviewed,
    wordy,
)


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
    silent = unreviewed(playbook) and wordy(playbook.steps, asked.goal)
    return Known(playbook, kept, chosen=False) if fits(playbook, asked.values()) and not silent else None


def whole(asked: BrowseInput, found: Known | None) -> BrowseInput:
    """The errand with what its playbook knows of it; raises Refused where no page to begin at is known."""
    if found is None:
        return asked
    goal = asked.goal or found.playbook.about or f"Replay {found.playbook.name or 'a playbook'}"
    return asked.model_copy(update={"goal": goal, "start_url": begins(asked, found.playbook)})


def begins(asked: BrowseInput, playbook: Playbook) -> str:
    """The page to begin at, as asked for or as the playbook knows it; raises Refused where nobody says."""
    if start := asked.start_url or playbook.start or opening(playbook, asked.values()):
        return start
    message = "The playbook does not say at which page to begin."
    raise Refused(message, code="ERR_INVALID_INPUT", next_step="Give `start_url`.")


def notebook(run: RunContext, asked: BrowseInput) -> Notebook:
    """Where what the model does is written down while it does it."""

    async def opened() -> Recording | None:
        return await run.recall(_recording(run), Recording)

    async def keep(recording: Recording) -> None:
        await run.remember(_recording(run), recording)

    return Notebook(opened, keep, {value: name for name, value in asked.parameters.items()})


async def written_down(run: RunContext, asked: BrowseInput, done: Outcome, seconds: float) -> str:
    """Keep what the model did as a playbook, or say in a sentence why there is none."""
    recording = await run.recall(_recording(run), Recording)
    if recording is None:
        return ""
    await run.remember(_recording(run), Recording())
    made = draft(recording, errand(asked), done.rows)
    if not done.rows and isinstance(made, Playbook) and wordy(made.steps, asked.goal):
        made = Unfit("its answer is in words, so the next run asks the model again")
    if isinstance(made, Unfit):
        return f"It cannot be replayed: {made.why}."
    before = await run.playbook(errand=errand_key(asked))
    return await _kept(run, asked, made, before, seconds)


async def torn_up(run: RunContext) -> None:
    """Of a run that is over without success nothing stays of what was written down."""
    await run.remember(_recording(run), Recording())


async def worked(run: RunContext, found: Known, done: Replayed) -> str:
    """A replay succeeded: count that for its version, and keep the mended text unless somebody wrote a newer one."""
    kept, mended = found.kept, done.mended
    name = kept.name if kept else found.playbook.name
    if not name or (kept is None and mended is None):
        return ""
    text = as_text(mended.model_copy(update={"name": name})) if mended else kept.text if kept else ""
    why = "; ".join(f"step {one.number} mended: {one.why}" for one in done.healed) or "replayed"
    plain = {"text": text, "why": why[:300], "name": name, "errand": kept.errand if kept else None}
    now = await _written(run, Draft(**plain, of=kept.version if kept else 0, worked=True))
    if mended is None:
        return ""
    if now is None or now.text != text:
        return await _suggested(run, name, text)
    await run.emit(_saved(now, why))
    return ""


async def failed(run: RunContext, found: Known, error: Refused) -> None:
    """Steps that nobody asked for do not fit any more: the next run is the model's again."""
    kept = found.kept
    if kept is None or found.chosen or not await run.has_model():
        return
    plain = {"text": kept.text, "name": kept.name, "errand": kept.errand, "of": kept.version}
    now = await _written(run, Draft(**plain, why=kept.why, served=False, agreeing=0))
    if now is not None and not now.served:
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
    text = before.text if before and before.served else as_text(merged(old, made) if old and same else made)
    first = "recorded" if before is None else "recorded anew: it was done otherwise"
    why = f"{agreeing} runs agree" if agreeing > 1 else first
    served = agreeing >= run.playbook_rules().agreeing or bool(before and before.served)
    plain = {"name": before.name if before else name_of(asked), "errand": errand_key(asked), "text": text, "why": why}
    cost = {"usd": run.spent(), "seconds": seconds, "of": before.version if before else 0}
    now = await _written(run, Draft(**plain, **cost, served=served, agreeing=agreeing))
    if now is None or now.text != text:
        return "Its playbook was changed meanwhile, so this run does not count for it."
    await run.emit(_saved(now, why))
    lacking = [name for name in load(now.text).parameters if name not in asked.parameters]
    return f"Kept as the playbook {now.name}{_prospect(now, run.playbook_rules().agreeing, lacking)}."


async def _written(run: RunContext, made: Draft) -> KeptPlaybook | None:
    """The playbook as it stands then, perhaps without this draft; None where somebody deleted it meanwhile."""
    try:
        return await run.keep_playbook(made)
    except Refused:
        return None


async def _suggested(run: RunContext, name: str, text: str) -> str:
    """What was mended is handed over where it cannot be written into a playbook that is another one by now."""
    file = await run.save(f"{name}.playbook", text.encode(), "text/plain")
    return f"The playbook {name} was changed meanwhile, so what was mended is not in it; {file.name} has it."


def _recording(run: RunContext) -> str:
    return own_key(run.id, "recording")


def _prospect(kept: KeptPlaybook, wanted: int, lacking: Sequence[str]) -> str:
    if lacking:
        named = ", ".join(f"“{name}”" for name in lacking)
        return f"; it needs {named}, which this errand does not give, so it is replayed only by its name and with them"
    if kept.served:
        return "; the next run replays it without a model"
    return f"; {kept.agreeing} of {wanted} runs agree so far"


def _saved(kept: KeptPlaybook, why: str) -> PlaybookSaved:
    return PlaybookSaved(
        name=kept.name, version=kept.version, agreeing=kept.agreeing, served=kept.served, why=why[:300]
    )
