"""Keeps passwords, codes and what is about a person out of all that a replay says: events, step names, errors."""

import html
import re
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

from gofer.browser.binding import Values
from gofer.browser.playbook import GIVEN, PLACE, Act, Playbook, Step, texts
from gofer.browser.private import takes_secrets
from gofer.browser.secrecy import is_personal
from gofer.browser.words import clipped
from gofer.core.action import Action, Fill, Select, Type

LONGEST_ADDRESS = 2000
"""Characters of an address that are told and remembered; pages can make it as long as they like."""

HIDDEN = "•••"
"""What stands for a secret that no parameter gave."""

SHORT = 3
"""A shorter value is hidden only where quotes stand around it: elsewhere it is part of words."""

_SOUNDS = re.compile(
    r"passw|passcode|passphrase|kennwort|secret|credential|token|\bpin\b|\botp\b|\bcvv\b|\bcvc\b|\biban\b|"
    r"(card|account|security|one.time|verification|access) ?(number|code)|api.?key",
    re.I,
)


class Discretion:
    """Puts the names of parameters over their values where these are nobody's business."""

    def __init__(self, playbook: Playbook, values: Values) -> None:
        self._told = playbook.parameters
        self._places: dict[str, str] = {}
        for name, value in values.items():
            if name != GIVEN and (_SOUNDS.search(_spaced(f"{name} {self._told.get(name, '')}")) or _delicate(value)):
                self._hide(value, name)

    def learn(self, step: Step, values: Values) -> None:
        """What this step types; the cells of a loop's row become known only with it."""
        names = [name for text in texts(step.model_dump(exclude={"steps", "notes"})) for name in PLACE.findall(text)]
        for name in names:
            if name != GIVEN and (_delicate(values.get(name, "")) or _SOUNDS.search(_spaced(name))):
                self._hide(values.get(name, ""), name)
        if isinstance(step, Act) and isinstance(step.action, Fill | Type | Select):
            self._learn_typed(step, values)

    def over(self, text: str) -> str:
        """The text as anybody may read it."""
        for value in sorted(self._places, key=len, reverse=True):
            for form in _forms(value):
                text = text.replace(form, self._place_of(form, value))
        return text

    def address(self, url: str) -> str:
        """The same for an address, which is never longer than is good."""
        return capped(self.over(url))

    def _place_of(self, form: str, value: str) -> str:
        place = self._places[value]
        return f"{form[0]}{place}{form[-1]}" if len(value) < SHORT else place

    def _learn_typed(self, step: Act, values: Values) -> None:
        typed = typed_by(step.action)
        target = getattr(step.action, "target", None)
        called = f"{target.name or ''} {target.label or ''} {target.css or ''}" if target else ""
        secret = takes_secrets(step.element) or _SOUNDS.search(_spaced(called)) is not None
        if not secret and not is_personal("", step.element):
            return
        for name in (name for text in typed for name in PLACE.findall(text)):
            self._hide(values.get(name, ""), name)
        plain = [text for text in typed if text and not PLACE.search(text)]
        self._places |= dict.fromkeys(plain if secret else [], HIDDEN)

    def _hide(self, value: str, name: str) -> None:
        if value.strip():
            self._places[value] = f"{{{name}}}"


def typed_by(action: Action) -> tuple[str, ...]:
    """What an action puts into a field."""
    match action:
        case Fill():
            return (action.value,)
        case Type():
            return (action.text,)
        case Select():
            return action.values
    return ()


def capped(url: str) -> str:
    """An address, cut where it gets too long to be one."""
    return url if len(url) <= LONGEST_ADDRESS else f"{url[: LONGEST_ADDRESS - 1]}…"


def _delicate(value: str) -> bool:
    """Whether a value is about a person; a whole table of a loop is looked at by its cells."""
    return "\n" not in value and is_personal(value, None)


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _forms(value: str) -> Iterator[str]:
    """The ways in which a value may stand in a text, the longest first."""
    if len(value) < SHORT:
        yield from (f"“{value}”", f'"{value}"')
        return
    cut = {clipped(value, most) for most in (40, 60, 100)}
    written = {value, value.strip(), " ".join(value.split()), html.escape(value), *cut}
    coded = {form for each in (value, value.strip()) for form in (quote(each, safe=""), quote_plus(each), quote(each))}
    yield from sorted(written | coded, key=len, reverse=True)
