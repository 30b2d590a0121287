"""What looks private: by the field it goes into, by its own looks, and by the words before it in the goal."""

import re

from gofer.browser.playbook import PLACE
from gofer.browser.secrecy import is_personal, is_secret
from gofer.core.fingerprint import Fingerprint

_SECRET_WORDS = (
    r"pass ?(?:words?|wd|codes?|phrases?)|passwort|kennwort|contraseña|pwd|pin|puk|otp|totp|cvv|cvc|csc|ssn"
    r"|social security|secrets?|tokens?|(?:api|access|private|secret|recovery) keys?"
    r"|(?:security|verification|access|one time|login|sms|auth|authentication) (?:code|number|answer|question)"
    r"|(?:credit|debit|bank) cards?|cards? (?:number|no|nr|holder|code)|name on card|cc|expiry|expiration|expires|exp"
)
_PERSONAL_WORDS = (
    r"e ?mails?|mail|phones?|telephone|telefon|tel|mobile|fax|street|address|adresse|zip|postal|post ?code|plz|iban|bic"
    r"|birth\w*|born|dob|gender|sex|nationality|passport|salutation|salary|users?|user ?(?:names?|id)|login|nickname"
    r"|surname|vorname|nachname"
    r"|(?:first|last|full|given|family|middle|maiden|legal|your|contact|guest|passenger|account|billing|shipping) ?name"
    r"|(?:account|customer|member|insurance|tax|licence|license) (?:number|no|id)"
)
_SECRET = re.compile(rf"\b(?:{_SECRET_WORDS})\b")
_PERSONAL = re.compile(rf"\b(?:{_PERSONAL_WORDS})\b")
_ALONE = {"code": "secret", "name": "personal"}
"""Words that say something only where they are all that a field is called."""

_AUTOFILL = ("address-", "bday", "tel", "honorific-", "additional-name", "nickname", "sex", "photo")
_TELLING = ("name", "id", "placeholder", "title", "data-testid")
_FIELDS = frozenset({"input", "textarea", "select"})
_ROLES = frozenset({"textbox", "searchbox", "combobox", "listbox", "spinbutton", "slider"})

_RANDOM = re.compile(r"(?=\S*\d)(?=\S*[A-Za-z])[\w+/=.-]{16,}$")

_GREETS = re.compile(
    r"(?:welcome|hello|hi|hey|dear|good (?:morning|afternoon|evening|day)|willkommen|hallo|guten (?:tag|morgen|abend)"
    r"|bonjour|bienvenue|hola|bienvenid[oa])\b(?! to\b)[\s,!]*\w"
    r"|(?:signed|logged) in as\b|(?:thanks?|thank you|danke|merci|gracias),\s*\w",
    re.I,
)


def is_field(element: Fingerprint | None) -> bool:
    """Whether it is known to be a field, so that its words can be believed."""
    return element is not None and (element.tag in _FIELDS or element.role in _ROLES)


def takes_secrets(element: Fingerprint | None) -> bool:
    """Whether a field takes a password, a code or a card, by what it is marked or called."""
    if element is None:
        return False
    marked = any(word.startswith("cc-") for word in element.attributes.get("autocomplete", "").split())
    return marked or is_secret(element) or bool(_SECRET.search(_said(element))) or _alone(element) == "secret"


def is_private(value: str, element: Fingerprint | None) -> bool:
    """Whether a value is a secret or somebody's own; so is whatever went into a field that says nothing of itself."""
    if element is None or not is_field(element) or takes_secrets(element):
        return True
    if is_personal(value, element) or _is_for_people(element) or _RANDOM.match(value):
        return True
    return not _said(element) and "search" not in (element.attributes.get("type"), element.role.removesuffix("box"))


def is_asked_as_private(value: str, goal: str) -> bool:
    """Whether the goal names the value after a word such as password or e-mail."""
    before = rf"\b(?:{_SECRET_WORDS}|{_PERSONAL_WORDS})\b"
    return bool(re.search(rf"{before}\W+(?:(?:is|as|of)\W+)?{re.escape(value)}(?!\w)", goal, re.I))


def tells_a_secret(text: str) -> bool:
    """Whether a text has a word such as password with more after it than a place."""
    words = _split(PLACE.sub("{}", text))
    rest = (words[found.end() :].lstrip(" :=,") for found in _SECRET.finditer(words))
    return any(after[:1] not in ("", "{", ".", "!", "?", ")") for after in rest) or is_personal(text, None)


def greets(line: str) -> bool:
    """Whether a line of a page speaks to somebody by name."""
    return _GREETS.match(line.strip()) is not None


def _is_for_people(element: Fingerprint) -> bool:
    marked = element.attributes.get("autocomplete", "").split()
    by_mark = any(word.startswith(_AUTOFILL) for word in marked)
    by_type = element.attributes.get("type") in ("email", "tel")
    return by_mark or by_type or bool(_PERSONAL.search(_said(element))) or _alone(element) == "personal"


def _said(element: Fingerprint) -> str:
    """All that a field is called, with a bar between what stands in different places."""
    sources = (element.label, element.name, *(element.attributes.get(key, "") for key in _TELLING))
    return " | ".join(_split(source) for source in sources if source)


def _alone(element: Fingerprint) -> str:
    called = element.label or element.name or element.attributes.get("name", "")
    return _ALONE.get(_split(called).strip(" *:"), "")


def _split(text: str) -> str:
    """Words in small letters, those of `fullName` and `full_name` among them."""
    return re.sub(r"[_-]", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)).casefold()
