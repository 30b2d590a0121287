"""What cannot be read, or answered, is told in two lines like every other error."""

import os
import subprocess

import pytest
from tests.cli.program import GOFER, Program, said

from gofer.cli.usage import refuse_undecodable
from gofer.core.errors import Refused


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("page", "http://x.example/", "--bogus"), ("--bogus", "gofer page --help")),
        (("page", "http://x.example/", "--cap", "50"), ("--cap", "100")),
        (("page",), ("URL", "gofer page --help")),
        (("nonsense",), ("nonsense", "gofer --help")),
        (("show", os.fsdecode(b"\xff")), ("\\xff", "UTF-8")),
    ],
)
def test_a_mistyped_command_is_told_in_two_lines(gofer: Program, words: tuple[str, ...], told: tuple[str, ...]) -> None:
    said(gofer(*words), 2, *told)


def test_a_group_without_a_command_shows_its_help_and_no_error(gofer: Program) -> None:
    result = gofer("token")
    assert result.returncode == 2
    assert "revoke" in result.stdout
    assert result.stderr == ""


def test_text_beyond_ascii_is_text() -> None:
    refuse_undecodable(["message=Grüße, 世界 🙂"])
    with pytest.raises(Refused, match="not UTF-8"):
        refuse_undecodable(["message=" + os.fsdecode(b"a\xffb")])


@pytest.mark.parametrize("word", ["--version", "--help"])
def test_an_output_without_room_is_told(word: str) -> None:
    with open("/dev/full", "w") as full:
        told = subprocess.run([GOFER, word], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert told.returncode == 1
    assert told.stderr == (
        "error: The output cannot be written: No space left on device.\n"
        "next: Send the output to where there is room for it.\n"
    )


def test_an_output_that_was_closed_is_no_error() -> None:
    command = ["sh", "-c", f"{GOFER} --version >&-"]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
