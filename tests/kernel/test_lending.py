"""Sandboxes lent to runs, with real bubblewrap."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from gofer.core.application import Application, RunContext
from gofer.core.artifact import Artifact
from gofer.core.errors import Refused, Unavailable
from gofer.core.question import Question
from gofer.core.run import Status
from gofer.core.sandbox import Sandbox, SandboxSpec
from gofer.kernel.checkpoints import MOST_MB, Checkpoints
from gofer.kernel.parts import Policy
from gofer.sandboxes.local import LocalSandboxes
from gofer.storage.artifacts import ArtifactStore
from gofer.testing.harness import Harness, Setup, harness


class Asked(BaseModel):
    """How it shall end."""

    ending: str = "well"


async def write(box: Sandbox) -> None:
    await box.write_bytes("/workspace/note.txt", b"kept")


async def read(box: Sandbox) -> str:
    return (await box.read_bytes("/workspace/note.txt")).decode()


async def use(run: RunContext, asked: Asked) -> str:
    """Write, wait for a person, read."""
    async with run.sandbox(SandboxSpec()) as box:
        await run.step(write, box)
        await run.checkpoint(box)
        await run.ask(Question(text="Go on?"))
        found = await run.step(read, box)
        return f"{found}, {'moved' if await run.moved() else 'same'}"


async def end(run: RunContext, asked: Asked) -> str:
    """End in one of many ways while holding a sandbox."""
    async with run.sandbox(SandboxSpec()) as box:

        async def act() -> str:
            identity = box.ref.id if box.ref else ""
            if asked.ending == "refused":
                raise Refused("no")
            if asked.ending == "down":
                raise Unavailable("down")
            if asked.ending == "hanging":
                await box.run(["sleep", "600"])
            return identity

        return await run.step(act)


async def both(run: RunContext, asked: Asked) -> None:
    """Hold two sandboxes, the second only after a person said so."""
    async with run.sandbox(SandboxSpec()):
        await run.ask(Question(text="Go on?"))
        async with run.sandbox(SandboxSpec(), "other"):
            await run.say("both")


APPLICATIONS = [Application(flow.__name__, "", Asked, flow) for flow in (use, end, both)]


@pytest.fixture
def boxes(tmp_path: Path) -> LocalSandboxes:
    """This machine's sandboxes."""
    return LocalSandboxes(tmp_path / "sandboxes")


@pytest.fixture
def setup(folder: Path, boxes: LocalSandboxes) -> Setup:
    """A kernel with real sandboxes."""
    return Setup(folder, APPLICATIONS, sandboxes=boxes, policy=Policy(retry_seconds=0.05, attempts=2))


@pytest.fixture
async def gofer(setup: Setup) -> AsyncIterator[Harness]:
    """That kernel at work."""
    async with harness(setup) as ready:
        yield ready


async def opened(gofer: Harness, run_id: str) -> list[str]:
    return [str(event.data["how"]) for event in await gofer.events(run_id) if event.type == "sandbox.opened"]


async def test_a_sandbox_ends_with_its_block(gofer: Harness, boxes: LocalSandboxes) -> None:
    run = await gofer.run("end")
    assert run.status is Status.SUCCEEDED
    assert await boxes.living() == []
    assert "sandbox.closed" in [event.type for event in await gofer.events(run.id)]


async def test_a_run_waits_for_room_for_its_sandbox_and_holds_no_slot_meanwhile(
    folder: Path, boxes: LocalSandboxes
) -> None:
    policy = Policy(sandboxes=1, concurrent_runs=1, retry_seconds=0.05)
    async with harness(Setup(folder, APPLICATIONS, sandboxes=boxes, policy=policy)) as gofer:
        first = await gofer.start("use")
        await gofer.reaches(first.id, Status.WAITING)
        second = await gofer.start("end")
        waiting = await gofer.happens(second.id, "run.waiting")
        assert waiting.data["reason"] == "all 1 sandboxes of this machine are held by other runs"
        await gofer.call("run.answer", id=first.id, answer="yes")
        assert (await gofer.ended(first.id)).status is Status.SUCCEEDED
        assert (await gofer.ended(second.id)).status is Status.SUCCEEDED
    assert await boxes.living() == []


async def test_while_one_waits_for_room_the_others_queue_by_their_priority(
    folder: Path, boxes: LocalSandboxes, database: str | None
) -> None:
    policy = Policy(sandboxes=1, concurrent_runs=1, retry_seconds=0.05)
    async with harness(Setup(folder, APPLICATIONS, sandboxes=boxes, policy=policy, database=database)) as gofer:
        first = await gofer.start("use")
        await gofer.reaches(first.id, Status.WAITING)
        second = await gofer.start("end")
        await gofer.happens(second.id, "run.waiting")
        third, urgent = [await gofer.call("run.start", app="end", input={}, priority=n) for n in (5, 1)]
        await asyncio.sleep(0.5)
        shown = [await gofer.show(run.id) for run in (third, urgent)]
        assert [(run.status, run.queue_position) for run in shown] == [(Status.QUEUED, 2), (Status.QUEUED, 1)]
        await gofer.call("run.cancel", id=second.id)
        await gofer.call("run.answer", id=first.id, answer="yes")
        ended = [await gofer.ended(run.id) for run in (urgent, third)]
        assert ended[0].ended_at
        assert ended[1].started_at
        assert ended[0].ended_at <= ended[1].started_at


async def test_a_run_that_has_a_sandbox_gets_another_while_others_wait(folder: Path, boxes: LocalSandboxes) -> None:
    policy = Policy(sandboxes=1, retry_seconds=0.05)
    async with harness(Setup(folder, APPLICATIONS, sandboxes=boxes, policy=policy)) as gofer:
        first = await gofer.start("both")
        await gofer.reaches(first.id, Status.WAITING)
        second = await gofer.start("end")
        await gofer.happens(second.id, "run.waiting")
        await gofer.call("run.answer", id=first.id, answer="yes")
        assert (await gofer.ended(first.id)).status is Status.SUCCEEDED
        assert (await gofer.ended(second.id)).status is Status.SUCCEEDED


async def test_a_wait_for_room_goes_on_after_a_restart(folder: Path, boxes: LocalSandboxes) -> None:
    setup = Setup(folder, APPLICATIONS, sandboxes=boxes, policy=Policy(sandboxes=1, retry_seconds=0.05))
    async with harness(setup) as gofer:
        first = await gofer.start("use")
        await gofer.reaches(first.id, Status.WAITING)
        second = await gofer.start("end")
        await gofer.happens(second.id, "run.waiting")
    async with harness(setup) as gofer:
        await gofer.happens(second.id, "run.recovered")
        await gofer.call("run.cancel", id=first.id)
        assert (await gofer.ended(second.id)).status is Status.SUCCEEDED
        told = [event.type for event in await gofer.events(second.id)]
        assert (told.count("run.waiting"), told.count("run.resumed")) == (1, 1)


@pytest.mark.parametrize("ending", ["refused", "down"])
async def test_a_failed_run_leaves_no_sandbox(gofer: Harness, boxes: LocalSandboxes, ending: str) -> None:
    run = await gofer.run("end", ending=ending)
    assert run.status is Status.FAILED
    assert await boxes.living() == []


async def test_another_attempt_finds_the_same_sandbox(gofer: Harness) -> None:
    run = await gofer.run("end", ending="down")
    assert await opened(gofer, run.id) == ["new", "reattached"]


async def test_a_cancelled_run_leaves_no_sandbox(gofer: Harness, boxes: LocalSandboxes) -> None:
    run = await gofer.start("end", ending="hanging")
    await gofer.happens(run.id, "step.started")
    await gofer.call("run.cancel", id=run.id)
    assert (await gofer.ended(run.id, within=5)).status is Status.CANCELLED
    assert await boxes.living() == []


async def test_a_waiting_run_finds_its_sandbox_again_after_a_restart(setup: Setup) -> None:
    async with harness(setup) as gofer:
        run = await gofer.start("use")
        await gofer.reaches(run.id, Status.WAITING)
    async with harness(setup) as gofer:
        await gofer.happens(run.id, "run.recovered")
        await gofer.call("run.answer", id=run.id, answer="yes")
        assert (await gofer.ended(run.id)).output == "kept, same"
        assert await opened(gofer, run.id) == ["new", "reattached"]


async def test_a_lost_sandbox_is_replaced_and_its_checkpoint_put_back(setup: Setup, boxes: LocalSandboxes) -> None:
    async with harness(setup) as gofer:
        run = await gofer.start("use")
        await gofer.reaches(run.id, Status.WAITING)
    for ref in await boxes.living():
        await boxes.destroy(ref)
    async with harness(setup) as gofer:
        await gofer.happens(run.id, "run.recovered")
        await gofer.call("run.answer", id=run.id, answer="yes")
        assert (await gofer.ended(run.id)).output == "kept, moved"
    assert await boxes.living() == []


@pytest.fixture
async def box(boxes: LocalSandboxes) -> AsyncIterator[Sandbox]:
    """A sandbox that no run holds."""
    box = await boxes.create(SandboxSpec())
    yield box
    await box.close()
    assert box.ref
    await boxes.destroy(box.ref)


async def test_a_working_folder_is_kept_once_for_each_change(folder: Path, box: Sandbox) -> None:
    checkpoints, archive = Checkpoints(ArtifactStore(str(folder))), folder / "a-run" / ".checkpoint-main"
    await box.run("echo other > /tmp/b; touch -d 2020-01-01 /tmp/b", shell=True)
    changes = [("touch a b", True), ("true", False), ("cp -p /tmp/b b", True), ("rm a", True), ("cat .", False)]
    for change, stored in [*changes, ("chmod 000 b", True)]:
        archive.unlink(missing_ok=True)
        await box.run(change, shell=True)
        await checkpoints.keep("a-run", box, "main")
        assert archive.exists() is stored, change
    for _ in range(2):
        await checkpoints.drop("a-run", "main")
        assert not archive.exists()


async def test_the_store_is_asked_to_drop_only_what_may_be_kept(folder: Path, box: Sandbox) -> None:
    class Store(ArtifactStore):
        dropped = 0

        async def drop(self, artifact: Artifact) -> None:
            """Count it."""
            self.dropped += 1

    store = Store(str(folder))
    checkpoints = Checkpoints(store)
    checkpoints.begin("a-run", "main")
    await checkpoints.drop("a-run", "main")
    assert store.dropped == 0
    checkpoints.begin("a-run", "main")
    await checkpoints.keep("a-run", box, "main")
    await checkpoints.drop("a-run", "main")
    await checkpoints.drop("of-a-dead-worker", "main")
    assert store.dropped == 2


async def test_a_checkpoint_that_cannot_be_made_is_an_error_with_words(folder: Path, box: Sandbox) -> None:
    await box.run("mkdir /tmp/.gofer-checkpoint.tgz", shell=True)
    with pytest.raises(Unavailable, match="could not be packed"):
        await Checkpoints(ArtifactStore(str(folder))).keep("a-run", box, "main")


async def test_a_working_folder_that_is_too_large_is_not_kept(folder: Path, box: Sandbox) -> None:
    await box.run(f"dd if=/dev/zero of=big bs=1M count={MOST_MB + 1}", shell=True)
    with pytest.raises(Refused, match="more than 64 MB"):
        await Checkpoints(ArtifactStore(str(folder))).keep("a-run", box, "main")
    assert not (folder / "a-run").exists()


async def test_a_checkpoint_that_cannot_be_read_is_not_taken_for_none(
    setup: Setup, folder: Path, boxes: LocalSandboxes
) -> None:
    async with harness(setup) as gofer:
        run = await gofer.start("use")
        await gofer.reaches(run.id, Status.WAITING)
    for ref in await boxes.living():
        await boxes.destroy(ref)
    kept = folder / "artifacts" / run.id
    shutil.rmtree(kept)
    kept.write_text("a file where a folder should be")
    async with harness(setup) as gofer:
        ended = await gofer.ended(run.id)
        assert ended.error is not None
        assert "could not be read" in ended.error.message
    assert await boxes.living() == []


async def test_a_sandbox_that_nobody_holds_is_reaped_at_the_second_look(gofer: Harness, boxes: LocalSandboxes) -> None:
    stray = await boxes.create(SandboxSpec())
    await stray.close()
    run = await gofer.start("use")
    await gofer.reaches(run.id, Status.WAITING)
    await gofer.kernel.lender.reap()
    reaped = await gofer.kernel.lender.reap()
    assert stray.ref is not None
    assert reaped == [stray.ref.id]
    assert len(await boxes.living()) == 1
    await gofer.call("run.cancel", id=run.id)
    await gofer.ended(run.id)
    await asyncio.sleep(0)
    assert await boxes.living() == []
