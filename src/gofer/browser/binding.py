"""Puts an errand's parameters into a playbook's places, and says where that leads."""

from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from pydantic import BaseModel

from gofer.browser.loops import check_rows
from gofer.browser.playbook import GIVEN, PLACE, Act, Each, Pages, Playbook, Step, places
from gofer.core.action import Navigate
from gofer.core.errors import Refused

Values = Mapping[str, str]
S = TypeVar("S", bound=BaseModel)


def bind(playbook: Playbook, values: Values) -> list[Step]:
    """The playbook's steps with every parameter put in; raises Refused that names a missing or unknown one."""
    complete(playbook, values)
    return [bound(step, values) for step in playbook.steps]


def fits(playbook: Playbook, values: Values) -> bool:
    """Whether these are the parameters that the playbook takes."""
    return set(playbook.parameters) == set(values) - {GIVEN}


def complete(playbook: Playbook, values: Values) -> None:
    """Refuse a parameter that is missing or unknown, or that holds no rows where a loop goes over them."""
    missing = [name for name in playbook.parameters if name not in values]
    if missing:
        told = playbook.parameters[missing[0]]
        raise Refused(f"The playbook needs the parameter “{missing[0]}”: {told}.", code="ERR_INVALID_INPUT")
    unknown = sorted(set(values) - set(playbook.parameters) - {GIVEN})
    if unknown:
        known = ", ".join(playbook.parameters) or "none"
        message = f"The playbook has no parameter “{unknown[0]}”. It has: {known}."
        raise Refused(message, code="ERR_INVALID_INPUT")
    check_rows(playbook.steps, values)


def without(step: Step, values: Values) -> list[str]:
    """The places of a step that nothing fills, such as a cell that a row does not have."""
    return [name for name in dict.fromkeys(places([step])) if name not in values and name != GIVEN]


def bound(step: S, values: Values) -> S:
    """One step with every place filled that there is a value for; the steps inside it are filled in their turn."""
    plain = step.model_dump(exclude={"steps"})
    if isinstance(step, Act):
        plain["expect"] = [_expected(one, values) for one in plain["expect"]]
        if isinstance(step.action, Navigate):
            plain["action"] |= {"url": _address(step.action.url, values)}
    inner = {"steps": step.steps} if isinstance(step, Pages | Each) else {}
    return type(step).model_validate(_filled(plain, values) | inner)


def hosts(playbook: Playbook, values: Values) -> tuple[str, ...]:
    """The sites that the steps open or come to, for the sandbox's allow-list."""
    names = map(site, _addresses(playbook.steps, values))
    return tuple(dict.fromkeys(name for name in names if name and "*" not in name and "{" not in name))


def site(url: str) -> str:
    """The host of an address, with its port where that is not the web's own; nothing where there is none."""
    host, colon, port = urlsplit(url).netloc.rpartition("@")[2].rpartition(":")
    usual = not (colon and port.isdigit()) or int(port) in (80, 443)
    return (urlsplit(url).hostname or "") if usual else f"{host}:{port}"


def opening(playbook: Playbook, values: Values) -> str:
    """The site that the first step opens, where no step needs to know at which page the errand begins."""
    if GIVEN in places(playbook.steps):
        return ""
    first = playbook.steps[0]
    while isinstance(first, Pages | Each):
        first = first.steps[0]
    action = bound(first, values).action if isinstance(first, Act) else None
    parts = urlsplit(action.url if isinstance(action, Navigate) else "")
    known = parts.scheme in ("http", "https") and parts.hostname and "{" not in parts.netloc
    return f"{parts.scheme}://{parts.netloc}/" if known else ""


def _addresses(steps: tuple[Step, ...], values: Values) -> list[str]:
    found: list[str] = []
    for step in steps:
        if isinstance(step, Pages | Each):
            found += _addresses(step.steps, values)
        elif isinstance(step, Act):
            seen = bound(step, values)
            found += [seen.action.url] if isinstance(seen.action, Navigate) else []
            found += [one.what for one in seen.expect if one.see == "url"]
    return found


def _expected(expect: dict[str, Any], values: Values) -> dict[str, Any]:
    return expect | {"what": _address(expect["what"], values)} if expect["see"] == "url" else expect


def _address(url: str, values: Values) -> str:
    """Values are quoted where they are parts of an address, not where they are all of it."""
    whole = PLACE.fullmatch(url) is not None
    return _sub(
        url, {name: value if whole or name == GIVEN else quote(value, safe="") for name, value in values.items()}
    )


def _filled(value: Any, values: Values) -> Any:
    if isinstance(value, str):
        return _sub(value, values)
    if isinstance(value, Mapping):
        return {key: _filled(item, values) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(item, values) for item in value]
    return value


def _sub(text: str, values: Values) -> str:
    return PLACE.sub(lambda place: values.get(place.group(1), place.group(0)), text)
