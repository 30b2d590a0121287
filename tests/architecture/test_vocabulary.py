"""Codes and events are closed sets: whatever the code says is in its table."""

import ast
from typing import get_args

from tests.architecture.tree import modules

from gofer.core import event
from gofer.core.errors import CODES, GoferError
from gofer.kernel.steps import KINDS


def test_every_code_that_is_written_down_is_in_the_table() -> None:
    found = [
        f"{module.at(node.value.lineno)}: {node.value.value!r}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.keyword) and node.arg == "code" and isinstance(node.value, ast.Constant)
        if node.value.value not in CODES
    ]
    assert found == []


def test_every_kind_of_error_comes_back_from_the_step_log_as_itself() -> None:
    assert {*KINDS.values()} == set(below(GoferError))


def test_every_kind_of_event_is_in_the_union() -> None:
    assert set(below(event.Body)) == {*get_args(get_args(event.EventBody)[0])}


def below(kind: type[object]) -> list[type[object]]:
    """Every subclass that gofer itself has, however deep."""
    found = [each for one in type.__subclasses__(kind) for each in (one, *below(one))]
    return [each for each in found if each.__module__.startswith("gofer.")]
