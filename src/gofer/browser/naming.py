"""Which value of an errand is called what, so that names stand in a playbook where values stood."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus

from gofer.browser.playbook import GIVEN, PLACE, Act
from gofer.browser.private import is_asked_as_private, is_private
from gofer.browser.secrecy import slug
from gofer.core import action as do
from gofer.core.fingerprint import Fingerprint

SHORT = 3
"""Values shorter than this are replaced only where they are all of a text."""

SECRET = "a secret, to be given: it is never written down"


@dataclass
class Errand:
    """What was asked for, as far as a playbook has to know it."""

    goal: str
    start_url: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    hosts: tuple[str, ...] = ()
    """Every host that the run's browser came to; nothing where that is not known."""


class Names:
    """The names that values have: the errand's own, and those that were made up for values that nobody named."""

    def __init__(self, errand: Errand) -> None:
        self._errand = errand
        self._names = {value: name for name, value in errand.parameters.items() if value}
        self.private = {value for value in self._names if is_asked_as_private(value, errand.goal)}
        self.added: dict[str, str] = {}

    @property
    def unnamed(self) -> list[str]:
        """What the errand did not call by a name."""
        return [name for name in self.added if name not in self._errand.parameters]

    @property
    def hides(self) -> bool:
        """Whether something secret was typed of which not even the value is known here."""
        return any(self.added[name] == SECRET for name in self.unnamed)

    def learn(self, steps: Iterable[object]) -> None:
        """A value gets a name, unless the goal says it openly and nothing about it is private."""
        for step in steps:
            if isinstance(step, Act):
                for value in typed(step):
                    self._learn(value, step)

    def in_text(self, text: str) -> str:
        """The text with places for values."""
        if text in self._names:
            return f"{{{self._names[text]}}}"
        long = {value: value for value in self._names if len(value) >= SHORT}
        return self._replaced(text, long, r"(?<!\w)", r"(?!\w)")

    def in_address(self, url: str) -> str:
        """The address with places for values, which are quoted in it in one way or another."""
        forms = {form: value for value in self._names for form in quoted(value)}
        return self._replaced(url, forms, r"(?<![\w%])", r"(?![\w%])")

    def left_in(self, text: str) -> str:
        """The name of a private value that is still to be read in a text."""
        return next((self._names[value] for value in sorted(self.private) if _stands_in(value, text)), "")

    def holds(self, text: str) -> bool:
        """Whether a text has a value in it that was given or typed."""
        return self.in_text(text) != text

    def holds_private(self, text: str) -> bool:
        """Whether a text has a word of a private value in it; a short word says something only by itself."""
        words = {value: _words(value) for value in self.private}
        said = {word for value, all_ in words.items() for word in all_ if len(word) >= SHORT or len(value) < SHORT}
        return not said.isdisjoint(_words(text))

    def _learn(self, value: str, step: Act) -> None:
        if found := PLACE.fullmatch(value):
            self._learn_secret(found[1])
            return
        private = is_private(value, step.element) or is_asked_as_private(value, self._errand.goal)
        offered = isinstance(step.action, do.Select)
        if private and value:
            self.private.add(value)
        if value and value not in self._names and (private or not (offered or self._is_said(value))):
            self._add(value, step.element)

    def _learn_secret(self, name: str) -> None:
        self.added.setdefault(name, SECRET)
        if value := self._errand.parameters.get(name):
            self.private.add(value)

    def _is_said(self, value: str) -> bool:
        return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", self._errand.goal, re.I) is not None

    def _add(self, value: str, element: Fingerprint | None) -> None:
        told = (element.label or element.name or element.attributes.get("name", "")) if element else ""
        base = slug(told) or "value"
        taken = {*self._names.values(), *self._errand.parameters, *self.added, GIVEN}
        name = next(one for n in range(1, 1000) if (one := base if n == 1 else f"{base}_{n}") not in taken)
        self._names[value] = name
        why = "it is private" if value in self.private else "the goal does not say it"
        self.added[name] = f"{told or 'a value'}, to be given: {why}"

    def _replaced(self, text: str, forms: Mapping[str, str], before: str, after: str) -> str:
        """All at once, the longest first, so that no value is looked for in a name."""
        if not forms:
            return text
        known = {form.casefold(): value for form, value in forms.items() if value in self.private} | dict(forms)
        told = (f"(?i:{re.escape(one)})" if forms[one] in self.private else re.escape(one) for one in _longest(forms))
        pattern = rf"{PLACE.pattern}|{before}(?P<value>{'|'.join(told)}){after}"

        def named(found: re.Match[str]) -> str:
            said = found["value"] or ""
            value = known.get(said) or known.get(said.casefold())
            return f"{{{self._names[value]}}}" if value else found[0]

        return re.sub(pattern, named, text)


def typed(step: Act) -> list[str]:
    """What a step typed, chose or handed over."""
    match step.action:
        case do.Fill():
            return [step.action.value]
        case do.Type():
            return [step.action.text]
        case do.Select():
            return list(step.action.values)
        case do.Upload():
            return list(step.action.paths)
    return []


def quoted(value: str) -> list[str]:
    """The ways in which a value stands in an address."""
    return list(dict.fromkeys((quote(value, safe=""), quote_plus(value), quote(value), value)))


def _longest(forms: Iterable[str]) -> list[str]:
    return sorted(forms, key=len, reverse=True)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def _stands_in(value: str, text: str) -> bool:
    """A value with a digit or of some length is found inside a longer word too."""
    if len(value) < SHORT:
        return False
    edge = "" if len(value) > 5 or re.search(r"\d", value) else r"(?!\w)"
    start = "" if not edge else r"(?<!\w)"
    forms = (*quoted(value), json.dumps(value, ensure_ascii=False)[1:-1])
    return any(re.search(f"{start}{re.escape(form)}{edge}", text, re.I) for form in forms)
