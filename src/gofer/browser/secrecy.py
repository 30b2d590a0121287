"""What must never stand in a playbook: passwords, codes, and values that are somebody's own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus

from gofer.browser.playbook import Act
from gofer.core.fingerprint import Fingerprint

SECRET = frozenset(
    {"current-password", "new-password", "one-time-code", "cc-number", "cc-csc", "cc-name"}
    | {"cc-exp", "cc-exp-month", "cc-exp-year"}
)
PERSONAL = frozenset(
    {"name", "given-name", "family-name", "email", "username", "tel", "street-address", "address-line1"}
    | {"address-line2", "postal-code", "bday", "organization", "impp", "cc-type"}
)
"""Words of `autocomplete`, as the HTML standard has them."""

_HOLDS = re.compile(
    r"[^@\s]+@[^@\s]+\.\w+"  # e-mail
    r"|(?:\+|\b00)\d[\d ()/.-]{6,}\d|\b\d(?:[ -]?\d){8,}\b"  # telephone, card, account
    r"|\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,}",  # IBAN
)


def is_secret(element: Fingerprint | None) -> bool:
    """Whether a field takes a password, a code or a card."""
    if element is None:
        return False
    said = element.attributes.get("autocomplete", "").split()
    return element.attributes.get("type") == "password" or not SECRET.isdisjoint(said)


def is_personal(value: str, element: Fingerprint | None) -> bool:
    """Whether a value, or the field it goes into, is about a person."""
    said = element.attributes.get("autocomplete", "").split() if element else []
    return _HOLDS.search(value) is not None or not PERSONAL.isdisjoint(said)


def slug(text: str) -> str:
    """A name for a parameter, made of words; nothing where there is no letter to begin with."""
    found = re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")[:40]
    return found if found[:1].isalpha() else ""


@dataclass
class Veil:
    """Puts names over secrets wherever they show up later, as in the address of a form that was sent."""

    places: dict[str, str] = field(default_factory=dict)
    """Secret → place. It lives in memory only; after a crash nobody knows the secrets any more."""
    blind: bool = False
    """Whether secrets were typed that are not known here: then nothing that might hold one is written."""

    def over(self, step: Act) -> Act:
        """The step as it may be written."""
        told: Any = step.model_dump()
        if self.blind:
            told["expect"] = [self._unsaid(one) for one in told["expect"] if one["see"] not in ("text", "value")]
        return Act.model_validate(self._veiled(told))

    def _unsaid(self, expect: dict[str, Any]) -> dict[str, Any]:
        return expect | {"what": re.sub(r"=[^&#]*", "=*", expect["what"])} if expect["see"] == "url" else expect

    def _veiled(self, value: Any) -> Any:
        if isinstance(value, str):
            for secret, place in self.places.items():
                for form in (secret, quote(secret, safe=""), quote_plus(secret), quote(secret)):
                    value = value.replace(form, place) if len(secret) > 2 else value
            return value
        if isinstance(value, Mapping):
            return {key: self._veiled(item) for key, item in value.items()}
        return [self._veiled(item) for item in value] if isinstance(value, list | tuple) else value
