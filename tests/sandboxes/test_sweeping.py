"""What a dead keeper left is removed once, and never under a living one's hands."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gofer.sandboxes.keeper.traces import hold_lock, sweep

ROUNDS = 150


@contextmanager
def processes(count: int, work: Callable[[], None]) -> Iterator[list[int]]:
    """So many processes that do this over and over."""
    children = [forked(work) for _ in range(count)]
    try:
        yield children
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def forked(work: Callable[[], None]) -> int:
    """A child that repeats its work until it fails or is killed."""
    child = os.fork()
    if child == 0:
        try:
            while True:
                work()
        finally:
            os._exit(1)
    return child


def all_alive(children: list[int]) -> bool:
    """Whether none of them failed."""
    return all(os.waitpid(child, os.WNOHANG) == (0, 0) for child in children)


def make(folder: Path) -> int:
    """What a keeper does first: the lock, then the folder, with something in it."""
    held = hold_lock(f"{folder}.lock")
    (folder / "disk").mkdir(parents=True)
    (folder / "uid").write_text("1")
    return held


def test_a_sandbox_being_made_is_never_swept_and_a_dead_one_once(tmp_path: Path) -> None:
    folder, group = tmp_path / "a1", tmp_path / "group"
    with processes(2, lambda: (sweep(str(folder), [str(group)]), None)[1]) as sweepers:
        for _ in range(ROUNDS):
            held = make(folder)
            for _ in range(20):
                assert (folder / "uid").read_text() == "1"
                assert os.path.exists(f"{folder}.lock")
            os.close(held)  # as when the keeper is killed
            gone(folder)
        assert all_alive(sweepers)


def gone(folder: Path) -> None:
    """Wait until the sweepers removed it."""
    end = time.monotonic() + 5
    while os.path.exists(f"{folder}.lock"):
        assert time.monotonic() < end, "nobody swept it"
    assert not folder.exists()


def test_a_held_sandbox_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "a1"
    held = make(folder)
    assert not sweep(str(folder), [])
    assert (folder / "uid").exists()
    os.close(held)
    assert sweep(str(folder), [])
    assert list(tmp_path.iterdir()) == []
    assert sweep(str(folder), [])
