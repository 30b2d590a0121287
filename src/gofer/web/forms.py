"""Forms for new errands, drawn from what each application says of its input: a new application has one for free."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from gofer.core.application import Application
from gofer.kernel.intake import lacking

Json = dict[str, Any]
Kind = Literal["text", "long", "url", "number", "switch", "choice", "pairs", "lines", "json"]

LONG = 2000
"""A text that may have more characters than this gets room for several lines."""
CAPITALS = {"url": "URL", "id": "ID", "api": "API", "csv": "CSV", "json": "JSON", "usd": "USD"}
NUMBERS = frozenset({"integer", "number"})
LIMITS = {
    "minLength": "minlength",
    "maxLength": "maxlength",
    "minimum": "min",
    "maximum": "max",
    "pattern": "pattern",
}
"""What JSON Schema and HTML call the same limit."""
URL = ("^https:", "^https?:", "^(https?:")
TRIED: dict[Kind, str] = {"text": "x", "long": "x", "url": "https://example.org/"}
"""What a field is filled with to learn which others are wanted then."""


@dataclass(frozen=True)
class Field:
    """One field as the page draws it. `loose` is JSON that may also be plain text.

    `expected` is asked for first though the schema calls it optional: a bare input without it is refused.
    """

    name: str
    label: str
    kind: Kind
    required: bool
    expected: bool
    help: str
    default: Any
    choices: tuple[Any, ...]
    limits: Mapping[str, str]
    example: str
    loose: bool


@dataclass(frozen=True)
class Form:
    """One application's form: what it must be told, and what it may."""

    app: str
    title: str
    summary: str
    needed: tuple[Field, ...]
    further: tuple[Field, ...]


def forms(applications: Iterable[Application]) -> list[Form]:
    """A form for each application."""
    return [form(application) for application in applications]


def form(application: Application) -> Form:
    """The form of one application."""
    schema = application.input.model_json_schema()
    required = set(schema.get("required", ()))
    shared = schema.get("$defs", {})
    drawn = [field(name, part, shared, name in required) for name, part in schema.get("properties", {}).items()]
    first = expected(application, drawn)
    drawn = [replace(each, expected=each.name in first) for each in drawn]
    needed = tuple(each for each in drawn if each.required or each.expected) or tuple(drawn[:1])
    further = tuple(each for each in drawn if each not in needed)
    return Form(application.name, application.name.capitalize(), application.summary, needed, further)


def expected(application: Application, drawn: list[Field]) -> set[str]:
    """Fields that an otherwise empty input lacks, found by trying: an application has rules of its own."""
    tried = {each.name: TRIED[each.kind] for each in drawn if each.kind in TRIED and not each.limits.get("pattern")}
    given: Json = {}
    while more := [name for name in lacking(application.input, given) if name in tried and name not in given]:
        given |= {name: tried[name] for name in more}
    return {each.name for each in drawn if each.name in given and not each.required}


def field(name: str, schema: Json, shared: Json, required: bool) -> Field:
    """One property of the input as a field."""
    kinds = [resolved(part, shared) for part in schema.get("anyOf", [schema])]
    real = [part for part in kinds if part.get("type") != "null"]
    plain = real[0] if len(real) == 1 else {}
    chosen = kind_of(plain)
    return Field(
        name=name,
        label=label(name, schema.get("title", "")),
        kind=chosen,
        required=required and len(real) == len(kinds),
        expected=False,
        help=schema.get("description", ""),
        default=schema.get("default"),
        choices=choices(plain),
        limits=limits(plain, chosen),
        example=example(schema) or example(plain),
        loose=any(part.get("type") == "string" for part in real),
    )


def resolved(schema: Json, shared: Json) -> Json:
    """The schema itself, where it is only named."""
    named = schema.get("$ref") or next((part.get("$ref") for part in schema.get("allOf", ())), None)
    return {**shared[named.rpartition("/")[2]], **schema} if named else schema


def kind_of(schema: Json) -> Kind:
    """How a value of this schema is best asked for."""
    said = schema.get("type")
    if "enum" in schema or "const" in schema:
        return "choice"
    if said in NUMBERS:
        return "number"
    if said == "boolean":
        return "switch"
    return text_kind(schema) if said == "string" else many_kind(schema)


def text_kind(schema: Json) -> Kind:
    """An address, a line or several."""
    if schema.get("format") == "uri" or schema.get("pattern", "").startswith(URL):
        return "url"
    return "long" if schema.get("maxLength", 0) > LONG else "text"


def many_kind(schema: Json) -> Kind:
    """Names with texts as rows, a list of texts as lines; whatever is richer as JSON."""
    if schema.get("type") == "object" and is_text(schema.get("additionalProperties")) and "properties" not in schema:
        return "pairs"
    return "lines" if schema.get("type") == "array" and is_text(schema.get("items")) else "json"


def is_text(schema: object) -> bool:
    """Whether this is a plain text."""
    return isinstance(schema, dict) and schema.get("type") == "string" and "enum" not in schema


def example(schema: Json) -> str:
    """The application's first example, shown in an empty field."""
    return str((schema.get("examples") or [""])[0])


def choices(schema: Json) -> tuple[Any, ...]:
    """What may be chosen."""
    return tuple(schema.get("enum", [schema["const"]] if "const" in schema else ()))


def limits(schema: Json, kind: Kind) -> dict[str, str]:
    """The limits that a browser can check by itself."""
    found = {html: str(schema[name]) for name, html in LIMITS.items() if name in schema}
    if kind == "number":
        found["step"] = "1" if schema.get("type") == "integer" else "any"
    if kind == "url":
        found.pop("pattern", None)  # a browser matches the whole text, JSON Schema a part of it
    return found


def label(name: str, title: str) -> str:
    """The application's own title for a field, or its name as words."""
    if title and title != name.replace("_", " ").title():
        return title
    words = [CAPITALS.get(word, word) for word in name.split("_")]
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])
