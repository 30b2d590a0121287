"""Puts an errand's parameters into a playbook's places, and says where that leads."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from gofer.browser.playbook import GIVEN, PLACE, Open, Playbook, Step
from gofer.core.errors import Refused

Values = Mapping[str, str]


def bind(playbook: Playbook, values: Values) -> list[Step]:
    """The playbook's steps with every place filled; raises Refused that names a missing or unknown parameter."""
    _complete(playbook, values)
    return [_bound(step, values) for step in playbook.steps]


def hosts(steps: list[Step]) -> tuple[str, ...]:
    """The sites that the steps open, for the sandbox's allow-list."""
    names = (urlsplit(step.url).hostname for step in steps if isinstance(step, Open))
    return tuple(dict.fromkeys(name for name in names if name))


def _complete(playbook: Playbook, values: Values) -> None:
    missing = [name for name in playbook.parameters if name not in values]
    if missing:
        told = playbook.parameters[missing[0]]
        raise Refused(f"The playbook needs the parameter “{missing[0]}”: {told}.", code="ERR_INVALID_INPUT")
    unknown = sorted(set(values) - set(playbook.parameters) - {GIVEN})
    if unknown:
        known = ", ".join(playbook.parameters) or "none"
        message = f"The playbook has no parameter “{unknown[0]}”. It has: {known}."
        raise Refused(message, code="ERR_INVALID_INPUT")


def _bound(step: Step, values: Values) -> Step:
    if isinstance(step, Open):
        quoted = {name: value if name == GIVEN else quote(value, safe="") for name, value in values.items()}
        return step.model_copy(update={"url": _filled(step.url, quoted)})
    return type(step).model_validate(_filled(step.model_dump(), values))


def _filled(value: Any, values: Values) -> Any:
    if isinstance(value, str):
        return PLACE.sub(lambda place: values[place.group(1)], value)
    if isinstance(value, Mapping):
        return {key: _filled(item, values) for key, item in value.items()}
    return value
