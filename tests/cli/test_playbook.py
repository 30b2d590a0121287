"""Playbooks at the command line: looked at, changed in an editor, carried from one gofer to another."""

from pathlib import Path

import pytest
from tests.cli.program import Program, said

from gofer.cli import inside
from gofer.cli.demo import _unmistakable
from gofer.demo import demo_input
from gofer.settings import Settings

TEXT = """# How to look.
playbook 2
name look
about "Look at it."

open "{start_url}"
"""


def imported(gofer: Program, text: str = TEXT) -> Path:
    """A file, kept."""
    file = gofer.folder / "look.playbook"
    file.write_text(text)
    result = gofer("playbook", "import", str(file))
    assert result.returncode == 0, result.stderr
    return file


def test_what_is_imported_is_exported_to_the_letter(gofer: Program) -> None:
    file = imported(gofer)
    assert gofer("playbook", "export", "look").stdout == TEXT
    out = gofer.folder / "out"
    assert gofer("playbook", "export", "look", "-o", str(out)).returncode == 0
    assert out.read_text() == file.read_text()
    listed = {line.split("\t")[0]: line.split("\t")[2] for line in gofer("playbook", "list").stdout.splitlines()}
    assert listed == {"look": "served", "price_watch": "bundled"}


def test_an_edited_playbook_is_a_new_version_and_a_mistake_is_none(gofer: Program) -> None:
    imported(gofer)
    gofer.extra["EDITOR"] = "sed -i s/Look/Gaze/"
    assert "version 2" in gofer("playbook", "edit", "look").stdout
    assert "Gaze at it" in gofer("playbook", "show", "look").stdout
    assert "Look at it" in gofer("playbook", "show", "look", "--version", "1").stdout
    gofer.extra["EDITOR"] = "sed -i s/open/fly/"
    said(gofer("playbook", "edit", "look"), 2, "line 6", "fly")
    assert "edited by hand" in gofer("playbook", "show", "look", "--versions").stdout
    gofer.extra["EDITOR"] = "true"
    assert "Nothing was changed" in gofer("playbook", "edit", "look").stdout


@pytest.mark.parametrize("editor", ["/nonexistent/editor", "nano 'unclosed"])
def test_an_editor_that_is_not_there_is_told(gofer: Program, editor: str) -> None:
    gofer.extra["EDITOR"] = editor
    said(gofer("playbook", "edit", "price_watch"), 2, editor, "Set EDITOR")


def test_a_playbook_is_deleted_and_one_that_comes_with_gofer_is_not(gofer: Program) -> None:
    file = imported(gofer)
    kept = gofer("playbook", "import", str(file), "--name", "price_watch")
    assert "gofer brings a playbook price_watch too" in kept.stderr
    assert "price_watch is forgotten" in gofer("playbook", "delete", "price_watch").stdout
    assert gofer("playbook", "show", "price_watch").stdout.startswith("# The demo errand")
    said(gofer("playbook", "delete", "price_watch"), 2, "The playbook 'price_watch' comes with gofer and stays")


async def test_the_demo_replays_its_own_playbook_whatever_is_kept_under_its_name(folder: Path) -> None:
    given = demo_input(recorded=True)
    async with inside.opened(Settings(data=folder), carry=False) as door:
        assert await _unmistakable(door, given) == given
        await door.call("playbook.save", name="price_watch", text=TEXT)
        run = await door.call("run.start", app="browse", input=await _unmistakable(door, given))
    assert run["input"]["playbook"]["name"] == "price_watch"
    assert "Search the demo shop" in run["input"]["playbook"]["about"]


def test_words_of_the_errand_reach_it_and_every_other_is_a_parameter(gofer: Program) -> None:
    words = ("search=mug", "start_url=http://shop.gofer.example/", "computer=shared", "blocked_minutes=5", "--detach")
    run = gofer.json("playbook", "run", "price_watch", *words)
    assert run["input"]["parameters"] == {"search": "mug"}
    assert (run["input"]["computer"], run["input"]["blocked_minutes"]) == ("shared", 5)
    said(gofer("playbook", "run", "price_watch", "search"), 2, "'search' is not KEY=VALUE")


def test_a_bundled_playbook_is_shown_and_an_unknown_one_is_not(gofer: Program) -> None:
    assert gofer("playbook", "show", "price_watch").stdout.startswith("# The demo errand")
    said(gofer("playbook", "show", "nothing"), 2, "nothing", "gofer playbook list")


def test_a_playbook_that_lacks_a_parameter_is_refused_by_its_name(gofer: Program) -> None:
    result = gofer("playbook", "run", "price_watch", "start_url=http://shop.gofer.example/")
    assert result.returncode == 2
    assert "needs the parameter “search”" in result.stderr
