"""The disk runs full under the runs: it is said in a line, and they go on when there is room again."""

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel
from structlog.testing import capture_logs

from gofer.core.application import Application, RunContext
from gofer.core.errors import Unavailable
from gofer.core.run import Status
from gofer.kernel.parts import Policy
from gofer.testing.harness import Harness, Setup, harness

SIZE = 4_000_000


class Asked(BaseModel):
    """No input."""


async def march(run: RunContext, _asked: Asked) -> int:
    """Steps that leave something behind."""

    async def stride(number: int) -> str:
        await asyncio.sleep(0.1)
        return str(number) * 3000

    return sum([len(await run.step(stride, number)) for number in range(20)])


async def deliver(run: RunContext, _asked: Asked) -> str:
    """Hand a file over that needs room."""
    await run.sleep(0.3)
    await run.save("big", b"x" * 200_000, "text/plain")
    return "delivered"


APPLICATIONS = [Application(flow.__name__, "", Asked, flow) for flow in (march, deliver)]


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root can mount a small disk")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(disk: Path) -> Path:
    """A file that takes all the room there is."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            return ballast


async def meet_a_full_disk(gofer: Harness, disk: Path, run_id: str) -> None:
    """Fill the disk while the run works, look that it does not end, and make room again."""
    await gofer.reaches(run_id, Status.RUNNING, Status.WAITING)
    ballast = fill(disk)
    await asyncio.sleep(2.5)
    with pytest.raises(Unavailable) as refused:
        await gofer.start("march")
    assert refused.value.code == "ERR_DISK_FULL"
    assert not (await gofer.show(run_id)).status.ended
    ballast.unlink()


async def test_a_run_stands_still_on_a_full_disk_and_goes_on_when_there_is_room(small: Path) -> None:
    with capture_logs() as lines:
        async with harness(Setup(small / "data", APPLICATIONS)) as gofer:
            run = await gofer.start("march")
            await gofer.happens(run.id, "step.finished")
            await meet_a_full_disk(gofer, small, run.id)
            ended = await gofer.ended(run.id, within=40)
            assert (ended.status, ended.attempt) == (Status.SUCCEEDED, 1)
            events = await gofer.events(run.id)
            assert [event.seq for event in events] == list(range(1, len(events) + 1))
            assert [event.type for event in events].count("step.finished") == 20
    assert {line.get("code") for line in lines if str(line["event"]).endswith("disk_full")} == {"ERR_DISK_FULL"}
    assert [line for line in lines if line.get("exc_info")] == []


async def test_a_file_that_found_no_room_is_tried_again(small: Path, tmp_path: Path) -> None:
    setup = Setup(tmp_path / "data", APPLICATIONS, policy=Policy(retry_seconds=1.0))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "artifacts").symlink_to(small)
    async with harness(setup) as gofer:
        ballast = fill(small)
        run = await gofer.start("deliver")
        retrying = await gofer.happens(run.id, "run.retrying")
        assert retrying.data["error"]["code"] == "ERR_DISK_FULL"  # type: ignore[call-overload,index]
        ballast.unlink()
        assert (await gofer.ended(run.id)).output == "delivered"
