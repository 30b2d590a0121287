"""A sandbox's shell and files as tools."""

from pathlib import Path
from typing import cast

import pytest
from pydantic_ai import ModelRetry
from pydantic_ai.workspaces import LocalWorkspaceBackend
from tests.tools.conftest import Call, caller

from gofer.core.sandbox import Sandbox
from gofer.tools.files import file_tools
from gofer.tools.shell import SHOWN, shell_tools


@pytest.fixture
def shell(tmp_path: Path) -> Call:
    """A shell in a folder of its own."""
    return caller(shell_tools(cast(Sandbox, LocalWorkspaceBackend(tmp_path))))


@pytest.fixture
def files(tmp_path: Path) -> Call:
    """The files of a folder of its own."""
    return caller(file_tools(cast(Sandbox, LocalWorkspaceBackend(tmp_path))))


async def test_a_command_gives_its_output_and_a_failing_one_its_code(shell: Call) -> None:
    assert await shell("run_command", command="echo hi") == "hi"
    assert await shell("run_command", command="true") == "[no output]"
    assert await shell("run_command", command="echo oops >&2; exit 3") == "oops\n[exit code 3]"


async def test_long_output_keeps_its_beginning_and_end(shell: Call) -> None:
    shown = await shell("run_command", command="seq 1 100000")
    assert len(shown) < SHOWN + 100
    assert shown.startswith("1\n2\n")
    assert shown.endswith("\n100000")
    assert "characters left out" in shown


async def test_a_command_that_takes_too_long_is_stopped(shell: Call) -> None:
    with pytest.raises(ModelRetry, match="Stopped after 1 s"):
        await shell("run_command", command="sleep 5", timeout_seconds=0.01)


async def test_a_file_is_written_read_edited_and_listed(files: Call) -> None:
    await files("write_file", path="a/b.txt", content="one\ntwo\n")
    await files("edit_file", path="a/b.txt", old="two", new="three")
    assert await files("read_file", path="a/b.txt") == "one\nthree"
    assert await files("list_files") == "a/"
    assert await files("list_files", path="a") == "b.txt  10"


async def test_a_long_file_is_read_in_parts(files: Call) -> None:
    await files("write_file", path="long", content="\n".join(str(number) for number in range(1, 1001)))
    assert "[… 600 more lines; go on with first_line=401]" in await files("read_file", path="long")
    assert (await files("read_file", path="long", first_line=801)).splitlines()[-1] == "1000"
    assert await files("read_file", path="long", first_line=5000) == "[the file is empty from there on]"


async def test_an_edit_that_could_mean_two_places_is_sent_back(files: Call) -> None:
    await files("write_file", path="x", content="a a")
    for old in ("a", "b", ""):
        with pytest.raises(ModelRetry, match="exactly once"):
            await files("edit_file", path="x", old=old, new="c")


async def test_mistakes_with_paths_are_told(files: Call, tmp_path: Path) -> None:
    (tmp_path / "bin").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "folder").mkdir()
    with pytest.raises(ModelRetry, match="There is no gone"):
        await files("read_file", path="gone")
    with pytest.raises(ModelRetry, match="is a folder"):
        await files("read_file", path="folder")
    with pytest.raises(ModelRetry, match="no text file"):
        await files("read_file", path="bin")
    with pytest.raises(ModelRetry, match="is no folder"):
        await files("list_files", path="bin")
