"""Every setting, event, operation, scope and error code has its entry in the reference, and nothing else has one."""

import json
import re
import tomllib
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined
from tests.docs.pages import REFERENCE, ROOT, blocks, rows, sections

from gofer.browser.phrasing import VERBS
from gofer.browser.playbook import Expect, Step
from gofer.browser.written import as_text, load
from gofer.core import event
from gofer.core.errors import CODES
from gofer.core.operation import Operation
from gofer.core.run import Run
from gofer.core.sandbox import Limits, Profile
from gofer.kernel.access import SCOPES
from gofer.settings import Settings
from gofer.testing.harness import Setup, harness

SHAPES: dict[str, type[BaseModel]] = {"Run": Run, "Event": event.Event}


@pytest.fixture
async def operations(tmp_path: Path) -> AsyncIterator[Mapping[str, Operation]]:
    """The table of operations."""
    async with harness(Setup(tmp_path, [])) as gofer:
        yield gofer.operations


def settings(section: type[BaseModel], above: str = "") -> Iterator[tuple[str, Any]]:
    """Every setting with its default, by its dotted name."""
    for name, field in section.model_fields.items():
        if isinstance(field.default, BaseModel):
            yield from settings(type(field.default), f"{above}{name}.")
        else:
            yield f"{above}{name}", field.default


def as_toml(default: object) -> str:
    """A default as the reference writes it."""
    if default is None:
        return "none"
    return f"`{json.dumps(str(default) if isinstance(default, Path) else default)}`"


def test_every_setting_is_described_with_its_default() -> None:
    described = {name: cells[0] for name, cells in rows("settings.md").items()}
    assert described == {name: as_toml(default) for name, default in settings(Settings)}


def test_every_event_is_described_with_all_its_fields() -> None:
    bodies: list[type[BaseModel]] = list(get_args(get_args(event.EventBody)[0]))
    told = {
        body.model_fields["type"].default: [name for name in body.model_fields if name != "type"] for body in bodies
    }
    described = {name: re.findall(r"`(\w+)`", cells[0]) for name, cells in rows("events.md").items()}
    assert described == told


def test_every_error_code_is_described_as_it_is() -> None:
    described = {code: (int(cells[0]), cells[-1]) for code, cells in rows("errors.md").items()}
    assert described == {code: (meant.status, meant.next_step) for code, meant in CODES.items()}


def test_every_scope_is_described() -> None:
    assert rows("scopes.md").keys() == {*SCOPES}


def test_every_scope_names_the_operations_it_opens(operations: Mapping[str, Operation]) -> None:
    for scope, cells in rows("scopes.md").items():
        named = set(re.findall(r"`(\w+\.\w+)`", cells[0]))
        assert named == {row.name for row in operations.values() if row.scope == scope}


def test_every_operation_is_described(operations: Mapping[str, Operation]) -> None:
    described = sections("operations.md")
    assert described.keys() == operations.keys()
    for row in operations.values():
        call = f"`{row.method} {row.path}` · scope `{row.scope}` · answers {row.status} "
        assert call in described[row.name]


def test_every_operation_names_its_fields_and_which_must_be_given(operations: Mapping[str, Operation]) -> None:
    described = sections("operations.md")
    for row in operations.values():
        found = dict(re.findall(r"^\| `(\w+)`( \*)? \|", described[row.name], re.M))
        wanted = {name: " *" if field.is_required() else "" for name, field in row.input.model_fields.items()}
        assert found == wanted, row.name


def test_every_limit_and_profile_of_a_sandbox_is_described() -> None:
    described = rows("sandbox-limits.md")
    assert described.keys() == {*Limits.model_fields, *(profile.value for profile in Profile)}
    for name, field in Limits.model_fields.items():
        assert field.default is not PydanticUndefined
        assert described[name][0] == str(field.default)


def test_every_step_of_a_playbook_is_described_with_its_fields() -> None:
    steps: list[type[BaseModel]] = list(get_args(get_args(Step)[0]))
    told = {step.model_fields["do"].default: {*step.model_fields} - {"do", "notes"} for step in steps}
    described = {
        name: {*re.findall(r"`(\w+)`", cells[0])} for name, cells in rows("playbooks.md").items() if name in told
    }
    assert described == told


def test_everything_that_a_step_may_expect_is_described() -> None:
    described = [name.removeprefix("expect ") for name in rows("playbooks.md") if name.startswith("expect ")]
    kinds = get_args(Expect.model_fields["see"].annotation)
    assert sorted(
        next(kind for kind in sorted(kinds, reverse=True) if one.startswith(kind)) for one in described
    ) == sorted(kinds)


def test_every_verb_of_a_playbook_is_described() -> None:
    text = (REFERENCE / "playbooks.md").read_text(encoding="utf-8")
    assert [verb for verb in VERBS if not re.search(rf"`{verb}[ `]", text)] == []


def test_playbooks_in_the_docs_are_playbooks_and_written_as_gofer_writes_them() -> None:
    shown = [block for block in blocks("text") if block.text.lstrip("#").find("playbook 2") >= 0]
    assert shown
    for block in shown:
        assert as_text(load(block.text)) == block.text, block.place


def test_shapes_in_the_docs_are_whole_and_true() -> None:
    for block in blocks("json"):
        if shape := SHAPES.get(block.mark.removeprefix("shape: ")):
            shown = json.loads(block.text)
            assert shape.model_validate(shown), block.place
            assert shown.keys() == shape.model_fields.keys(), block.place
        elif block.mark == "shape: error":
            assert {*json.loads(block.text)["error"]} == {"code", "message", "next_step"}, block.place


def test_settings_shown_in_the_docs_are_settings() -> None:
    for block in blocks("toml"):
        if not block.mark:
            assert Settings.model_validate(tomllib.loads(block.text)), block.place


def test_the_example_file_shows_the_defaults_as_it_says() -> None:
    shown = tomllib.loads((ROOT / "examples" / "gofer.toml").read_text(encoding="utf-8"))
    assert Settings.model_validate(shown) == Settings()
