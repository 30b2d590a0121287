"""One element that can be acted on, in words: reference, role, name, value, states."""

from urllib.parse import urlsplit

from gofer.browser.view.entry import Entry, Part, told_already, words
from gofer.browser.view.roles import FIELDS, STATES, VALUES
from gofer.browser.view.snapshot import Node
from gofer.browser.view.wording import NAME, clipped, plain, quoted

VALUE = 160
"""Letters of a value that are shown."""

OPTIONS, OPTION = 12, 40
"""Options of a list that are shown, and letters of each."""

PICTURES = {"canvas": "a picture that is drawn: use screenshot and point", "video": "a moving picture"}
SPOKEN = {"generic": "clickable", "paragraph": "clickable", "listitem": "clickable", "text": "clickable"}


def control(node: Node, inner: list[Entry]) -> tuple[Part, list[Entry]]:
    """The element's own words, and those of its inner entries that say more than they do."""
    name = plain(node.name) or _own_words(node, inner)
    rest = [entry for entry in inner if entry.controls or not told_already(words([entry]), [name.casefold()])]
    pieces = [_head(node, name), _value(node), _states(node), _form(node), _options(node)]
    told = " ".join(piece for piece in pieces if piece)
    refs = (node.ref,) if node.ref else ()
    return Part(told, refs, clipped(name, NAME), node.role), rest


def picture(node: Node) -> Part:
    """What the accessibility tree cannot look into, with its place."""
    at = f" {node.box.width}x{node.box.height} at {node.box.x},{node.box.y}" if node.box else ""
    name = f" {quoted(node.name)}" if node.name else ""
    told = f"{bracketed(node.ref)}{node.role}{name}{at} ({PICTURES[node.role]})"
    return Part(told, role=node.role)


def bracketed(ref: str) -> str:
    """A reference as views show it; nothing else in a view looks like this."""
    return f"[{ref}] " if ref else ""


def _head(node: Node, name: str) -> str:
    role = node.properties.get("type") or SPOKEN.get(node.role, node.role)
    role = f"{role} field" if node.properties.get("type") else role
    return f"{bracketed(node.ref)}{role}{f' {quoted(name)}' if name else ''}"


def _own_words(node: Node, inner: list[Entry]) -> str:
    """A name for what has none: its text, or for a link the end of its address."""
    if node.role in FIELDS:
        return ""
    own = plain(node.text) or words([entry for entry in inner if not entry.controls])
    return own if own or node.role != "link" else _end_of_address(node)


def _end_of_address(node: Node) -> str:
    parts = urlsplit(node.properties.get("url", "").replace("[", "").replace("]", ""))
    return plain(parts.path.rstrip("/").rpartition("/")[2] or parts.netloc)


def _value(node: Node) -> str:
    if node.role in ("combobox", "listbox") and (chosen := _chosen(node)):
        return f"= {quoted(', '.join(chosen), VALUE)}"
    held = _held(node)
    return f"= {quoted(held, VALUE)}" if held and held != plain(node.name) else ""


def _held(node: Node) -> str:
    """What was put into a field."""
    if node.role not in VALUES and "type" not in node.properties:
        return ""
    return plain(node.text or " ".join(child.text for child in node.children if child.role == "text"))


def _chosen(node: Node) -> list[str]:
    return [option.name or option.text for option in node.walk() if option.role == "option" and _selected(option)]


def _selected(option: Node) -> bool:
    return "selected" in option.states or "checked" in option.states


def _states(node: Node) -> str:
    return " ".join(f"{state}{_degree(node.states[state])}" for state in STATES if state in node.states)


def _degree(value: str) -> str:
    return f"={value}" if value else ""


def _form(node: Node) -> str:
    hints = [node.properties.get("form", ""), node.properties.get("range", "")]
    if not _held(node) and (placeholder := plain(node.properties.get("placeholder", ""))):
        hints.append(f"placeholder {quoted(placeholder, OPTION)}")
    hints = [clipped(plain(hint), OPTION + NAME) for hint in hints if hint]
    return f"({', '.join(hints)})" if hints else ""


def _options(node: Node) -> str:
    """The options of a closed list; those of an open one are elements of their own."""
    options = [each for each in node.walk() if each.role == "option" and not each.ref]
    if not options or node.role not in ("combobox", "listbox"):
        return ""
    shown = " | ".join(clipped(plain(each.name or each.text), OPTION) + _off(each) for each in options[:OPTIONS])
    more = f" | … {len(options) - OPTIONS} more" if len(options) > OPTIONS else ""
    return f"options: {shown}{more}"


def _off(option: Node) -> str:
    return " (disabled)" if "disabled" in option.states else ""
