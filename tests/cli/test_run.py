"""`gofer run` and its relatives, inside the process and over HTTP."""

import json
import time
from collections.abc import Callable

import pytest
from tests.cli.program import Program, said


@pytest.fixture(params=["inside", "remote"])
def either(request: pytest.FixtureRequest) -> Program:
    """The same commands without and with a gofer that serves."""
    name = "gofer" if request.param == "inside" else "served"
    program: Program = request.getfixturevalue(name)
    return program


def test_a_run_that_succeeds_tells_its_steps_and_its_result_in_plain_lines(either: Program) -> None:
    result = either("run", "greet", "name=Ada")
    assert (result.returncode, result.stderr) == (0, "")
    assert "greeting" in result.stdout
    assert result.stdout.splitlines()[-1] == "Hello, Ada!"


def test_text_of_a_run_cannot_steer_the_terminal(either: Program) -> None:
    result = either("run", "greet", "name=\x1b[2J\u202eAda")
    assert "Ada" in result.stdout
    assert "\x1b" not in result.stdout
    assert "\u202e" not in result.stdout


def test_with_json_a_run_prints_nothing_but_itself(either: Program) -> None:
    run = either.json("run", "greet", "name=Ada", "times=2", "facts.born=1815")
    assert run["status"] == "succeeded"
    assert run["input"] == {"name": "Ada", "times": 2, "facts": {"born": "1815"}}
    assert run["output"] == {"text": "Hello, Ada! Hello, Ada!", "born": "1815"}


def test_a_run_that_fails_exits_with_1_and_says_why(either: Program) -> None:
    result = either("run", "give_up")
    assert result.returncode == 1
    assert result.stdout.endswith("There is nothing to be done.\nnext: Ask for something else.\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nonsense"], "greet"),
        (["greet", "name=Ada", "colour=red"], "colour"),
        (["greet"], "name"),
        (["greet", "name"], "KEY=VALUE"),
        (["greet", "--input", "{"], "--input"),
        (["greet", "--input", "[]"], "--input"),
    ],
)
def test_what_cannot_begin_exits_with_2_and_a_sentence(served: Program, words: list[str], told: str) -> None:
    said(served("run", *words), 2, told)


def test_what_cannot_begin_is_told_the_same_way_without_a_server(gofer: Program) -> None:
    said(gofer("run", "greet", "colour=red"), 2, "colour")


def test_the_same_key_gives_the_same_run(served: Program) -> None:
    first, second = (served.json("run", "greet", "name=Ada", "--key", "monday") for _ in range(2))
    assert first["id"] == second["id"]


def test_a_run_is_listed_shown_and_told(served: Program) -> None:
    run = served.json("run", "greet", "name=Grace")
    assert run["id"] in [each["id"] for each in served.json("runs", "--app", "greet")["runs"]]
    assert run["id"] in served("runs", "--status", "succeeded").stdout
    assert "Hello, Grace!" in served("show", run["id"]).stdout
    assert served("events", run["id"]).stdout.splitlines()[-1].endswith("succeeded")
    lines = [json.loads(line) for line in served("events", run["id"], "--json").stdout.splitlines()]
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))


def test_a_retry_changes_what_it_is_given_and_keeps_the_rest(served: Program) -> None:
    old = served.json("run", "greet", "name=Ada", "facts.born=1815")
    new = served.json("retry", old["id"], "times=2")
    assert new["retry_of"] == old["id"]
    assert new["input"] == {**old["input"], "times": 2}


def test_a_retry_takes_away_what_is_null_and_is_checked_without_it(served: Program) -> None:
    old = served.json("run", "greet", "name=Ada", "times=2")
    assert served.json("retry", old["id"], "times=null")["input"]["times"] == 1
    said(served("retry", old["id"], "name=null"), 2, "name")


def test_a_question_is_answered_from_another_terminal(served: Program) -> None:
    run_id = detached(served)
    said(served("answer", run_id, "milk"), 2, "tea, coffee")
    assert served("answer", run_id, "tea").returncode == 0
    assert served("events", run_id, "--follow").returncode == 0
    assert served.json("show", run_id)["output"] == "tea"


def test_control_that_is_ones_own_already_is_no_refusal_and_is_shown(served: Program) -> None:
    run_id = detached(served)
    assert served("control", run_id, "take").stdout == f"{run_id} is in your hands.\n"
    assert served("control", run_id, "take").stdout == f"{run_id} is in your hands already.\n"
    assert "control   in your hands\n" in served("show", run_id).stdout
    assert served("control", run_id, "return").returncode == 0
    assert "control" not in served("show", run_id).stdout
    served("cancel", run_id)
    until(lambda: served.json("show", run_id)["status"] == "cancelled")
    said(served("control", run_id, "take"), 2, "The run has ended: cancelled.")


def test_a_run_cancelled_elsewhere_exits_with_3(served: Program) -> None:
    run_id = detached(served)
    follower = served.start("events", run_id, "--follow")
    assert served("cancel", run_id).returncode == 0
    assert follower.wait(timeout=20) == 3
    follower.communicate()


def test_following_can_be_left_and_tells_how_to_come_back(served: Program) -> None:
    follower = served.start("run", "choose")
    assert follower.stdout is not None
    until(lambda: "asks:" in follower.stdout.readline())  # type: ignore[union-attr]
    follower.send_signal(2)
    _, told = follower.communicate(timeout=20)
    assert "gofer events r-" in told
    assert "Traceback" not in told


def test_an_unknown_run_is_refused(either: Program) -> None:
    for name in ("r-none", "", "../../x"):
        said(either("show", name), 2, f"There is no run '{name}'.")


def detached(served: Program) -> str:
    """A run that waits for an answer."""
    run_id = served("run", "choose", "--detach").stdout.strip()
    until(lambda: served.json("show", run_id)["status"] == "waiting")
    return run_id


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
