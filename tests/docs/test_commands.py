"""Every command of the command line has its entry in the reference, with its options, and nothing else has one."""

import re
from collections.abc import Iterator

import pytest
import typer
from tests.docs.pages import blocks, pages, prose, sections
from typer.models import CommandInfo

from gofer.cli.commands import app

OPTION = re.compile(r"--[a-z][a-z-]*")
BELOW = "create|revoke|list|delete|show|edit|run|export|import"
CALL = re.compile(rf"(?:^|[(;&/|]) *gofer ([a-z]+(?: (?:{BELOW}))?)(?=[^\w.-]|$)", re.M)


def commands(of: typer.Typer, above: str = "") -> Iterator[tuple[str, CommandInfo]]:
    """Every command by its words."""
    for command in of.registered_commands:
        yield f"{above}{command.name or getattr(command.callback, '__name__', '')}", command
    for group in of.registered_groups:
        if group.typer_instance is not None:
            yield from commands(group.typer_instance, f"{group.name} ")


KNOWN = dict(commands(app))


def options(name: str) -> set[str]:
    """The long options of one command."""
    command = typer.main.get_command(app)
    for word in name.split():
        command = getattr(command, "commands")[word]  # noqa: B009 - a group has them, a command has not
    return {text for parameter in command.params for text in parameter.opts if text.startswith("--")} - {"--help"}


def test_every_command_is_described() -> None:
    assert sections("cli.md").keys() == KNOWN.keys()


@pytest.mark.parametrize("name", KNOWN)
def test_every_option_of_a_command_is_described(name: str) -> None:
    call = sections("cli.md")[name].strip().splitlines()[0]
    assert call.startswith(f"`gofer {name}")
    assert set(OPTION.findall(call)) == options(name)


def test_commands_named_in_the_docs_are_commands() -> None:
    shown = [block.text for block in blocks("sh", "console")] + re.findall(
        r"`(gofer [^`]+)`", " ".join(map(prose, pages()))
    )
    called = {found for text in shown for found in CALL.findall(text)}
    assert called - KNOWN.keys() - {"token"} == set()
