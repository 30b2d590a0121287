"""A real control group of version 2, wherever one is mounted; its limits need controllers, which may be elsewhere."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gofer.sandboxes.keeper import groups
from gofer.sandboxes.local.cgroups import may_make


@pytest.fixture
def group() -> Iterator[Path]:
    """A new group with nobody in it."""
    lines = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    parents = [Path(fields[1]) for fields in lines if fields[2] == "cgroup2" and may_make(Path(fields[1]))]
    if not parents:
        pytest.skip("no control groups of version 2 that we may make groups in")
    group = parents[0] / f"gofer-test-{os.getpid()}"
    group.mkdir()
    yield group
    groups.clear_group(str(group))


def forking(group: Path) -> int:
    """A process that joins the group and then does nothing but fork, as fast as it can, a dozen at a time."""
    child = os.fork()
    if child:
        return child
    try:
        groups.join(str(group))
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        while True:
            if os.fork() == 0:
                time.sleep(0.05)
                os._exit(0)
            time.sleep(0.004)
    finally:
        os._exit(1)


def populated(group: Path) -> bool:
    """What the group's events say."""
    return "populated 1" in (group / "cgroup.events").read_text()


def until(happened: bool, group: Path) -> None:
    """Wait until the group is populated, or is not."""
    end = time.monotonic() + 5
    while populated(group) is not happened:
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_process_joins_by_itself_and_its_children_with_it(group: Path) -> None:
    assert not populated(group)
    child = forking(group)
    until(True, group)
    time.sleep(0.1)
    inside = (group / "cgroup.procs").read_text().split()
    assert str(child) in inside
    assert len(inside) > 1
    groups.kill_all(str(group))
    os.waitpid(child, 0)


def test_all_are_killed_at_once_whatever_they_fork_meanwhile(group: Path) -> None:
    child = forking(group)
    until(True, group)
    groups.kill_all(str(group))
    os.waitpid(child, 0)
    until(False, group)
    assert (group / "cgroup.procs").read_text() == ""


def test_a_group_is_cleared_with_all_in_it_and_may_be_cleared_again(group: Path) -> None:
    child = forking(group)
    until(True, group)
    groups.clear_group(str(group))
    assert not group.exists()
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    groups.clear_group(str(group))
