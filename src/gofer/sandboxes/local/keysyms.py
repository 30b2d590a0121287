"""Keys by their names as X keysyms, which is how RFB says them."""

from gofer.core.errors import Refused

MODIFIERS = {
    "shift": 0xFFE1, "control": 0xFFE3, "ctrl": 0xFFE3, "alt": 0xFFE9, "meta": 0xFFEB, "super": 0xFFEB,
}  # fmt: skip

NAMED = {
    "backspace": 0xFF08, "tab": 0xFF09, "enter": 0xFF0D, "return": 0xFF0D, "escape": 0xFF1B, "esc": 0xFF1B,
    "delete": 0xFFFF, "insert": 0xFF63, "home": 0xFF50, "end": 0xFF57, "pageup": 0xFF55, "pagedown": 0xFF56,
    "arrowleft": 0xFF51, "arrowup": 0xFF52, "arrowright": 0xFF53, "arrowdown": 0xFF54, "space": 0x20,
    **{f"f{number}": 0xFFBD + number for number in range(1, 13)},
    **MODIFIERS,
}  # fmt: skip

UNICODE = 0x01000000
"""Added to the code of a letter beyond Latin-1."""


def keysym(letter: str) -> int:
    """The keysym that types this letter."""
    if letter in "\n\r":
        return NAMED["enter"]
    if letter == "\t":
        return NAMED["tab"]
    return ord(letter) if ord(letter) < 0x100 else UNICODE + ord(letter)


def chord(keys: str) -> list[int]:
    """`Control+A` as keysyms in the order they go down; raises Refused for an unknown name."""
    names = ["+"] if keys == "+" else keys.split("+")
    return [_of(name) for name in names]


def _of(name: str) -> int:
    if len(name) == 1:
        return keysym(name.lower() if name.isascii() else name)
    if name.lower() not in NAMED:
        raise Refused(f"There is no key “{name[:40]}”. Keys are such as Enter, Escape, ArrowDown, F5, Control+A.")
    return NAMED[name.lower()]
