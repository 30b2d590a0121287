"""Files and functions stay small, names are nouns, and nothing half-done is left lying about."""

import ast
import re

from tests.architecture.rules import (
    LONG_BY_NATURE,
    MOST_LINES_OF_A_FILE,
    MOST_LINES_OF_A_FUNCTION,
    NOT_A_NOUN,
)
from tests.architecture.tree import functions, modules, suite, within

UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
MAY_PRINT = ("cli",)


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {module.at(1): len(module.text.splitlines()) for module in (*modules(), *suite())}
    assert {place: lines for place, lines in lengths.items() if lines > MOST_LINES_OF_A_FILE} == {}


def test_no_function_is_longer_than_40_lines() -> None:
    found = {
        f"{module.at(function.lineno)} {function.name}": lines
        for module in modules()
        if not within(module.room, LONG_BY_NATURE)
        for function in functions(module)
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > MOST_LINES_OF_A_FUNCTION
    }
    assert found == {}


def test_every_file_with_code_says_what_it_is_for() -> None:
    assert [m.at(1) for m in (*modules(), *suite()) if m.tree.body and not ast.get_docstring(m.tree)] == []


def test_every_file_has_found_its_noun() -> None:
    assert [m.at(1) for m in (*modules(), *suite()) if m.path.stem in NOT_A_NOUN] == []


def test_nothing_half_done_is_left() -> None:
    found = [
        module.at(number)
        for module in modules()
        for number, line in enumerate(module.text.splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert found == []


def test_only_the_command_line_prints() -> None:
    found = [
        module.at(node.lineno)
        for module in modules()
        if not within(module.room, MAY_PRINT)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert found == []
