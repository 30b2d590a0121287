"""An errand that `gofer run` carries itself, and what becomes of it when that process ends."""

import os
import signal
import subprocess
import time

import pytest
from tests.cli.program import Program, said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_in_order_and_says_how_the_errand_goes_on(gofer: Program, number: signal.Signals) -> None:
    process = at_work(gofer, "linger")
    process.send_signal(number)
    _, told = process.communicate(timeout=20)
    run_id = gofer.json("runs")["runs"][0]["id"]
    assert process.returncode == 128 + number
    assert told.splitlines() == [
        f"{run_id} goes on where it is with the next `gofer up` or `gofer run`; "
        f"`gofer cancel {run_id}` ends it for good."
    ]


def test_the_second_signal_ends_it_at_once(gofer: Program) -> None:
    process = at_work(gofer, "cling")
    process.send_signal(signal.SIGINT)
    time.sleep(1)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=5)
    assert process.returncode == 130


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_what_nobody_carries_is_called_interrupted_and_is_cancelled_at_once(
    gofer: Program, number: signal.Signals
) -> None:
    process = at_work(gofer, "linger")
    assert "running" in gofer("runs").stdout
    process.send_signal(number)
    process.communicate(timeout=20)
    listed = gofer("runs")
    run_id = listed.stdout.split()[0]
    assert "interrupted" in listed.stdout
    assert "gofer up" in listed.stderr
    assert gofer("cancel", run_id).stdout == f"{run_id} is cancelled.\n"
    assert gofer.json("show", run_id)["status"] == "cancelled"
    assert gofer("events", run_id).stdout.splitlines()[-1].endswith("cancelled by owner")


def test_what_was_interrupted_goes_on_with_the_next_gofer(gofer: Program) -> None:
    process = at_work(gofer, "choose", "asks:")
    process.terminate()
    process.communicate(timeout=20)
    run_id = gofer.json("runs")["runs"][0]["id"]
    assert gofer("run", "greet", "name=Ada").stderr == f"Also going on with 1 unfinished errand: {run_id}\n"
    with gofer.up():
        assert gofer("answer", run_id, "tea").returncode == 0
        assert gofer("events", run_id, "--follow").returncode == 0


def test_an_errand_carried_elsewhere_is_cancelled_by_its_carrier(gofer: Program) -> None:
    process = at_work(gofer, "linger")
    run_id = gofer.json("runs")["runs"][0]["id"]
    assert gofer("cancel", run_id).stdout == f"{run_id} is being stopped.\n"
    process.communicate(timeout=20)
    assert process.returncode == 3


def test_a_second_one_is_told_whom_to_wait_for_and_what_carries_both(gofer: Program) -> None:
    process = at_work(gofer, "linger")
    said(gofer("run", "greet", "name=Ada"), 2, f"process {process.pid}", "gofer up")
    process.terminate()
    process.communicate(timeout=20)


def test_a_detached_errand_waits_for_a_gofer(gofer: Program) -> None:
    process = at_work(gofer, "linger")
    begun = gofer("run", "greet", "name=Ada", "--detach")
    assert begun.returncode == 0
    assert "gofer up" in begun.stderr
    process.terminate()
    process.communicate(timeout=20)


def at_work(gofer: Program, app: str, sign: str = "at work") -> "subprocess.Popen[str]":
    """`gofer run` once its errand is under way."""
    process = gofer.start("run", app)
    assert process.stdout is not None
    for line in process.stdout:
        if sign in line:
            return process
    raise AssertionError(f"{os.getpid()}: the errand did not begin")
