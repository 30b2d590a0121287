"""Playbooks of the first version, which were JSON with other words, as playbooks of today."""

from collections.abc import Mapping
from typing import Any

_WORDS = {"open": "navigate", "screenshot": "picture", "extract": "read"}


def upgraded(given: Any) -> Any:
    """What it says in today's words; what is not understood stays as it is, to be refused with its place."""
    if not isinstance(given, Mapping) or given.get("version", 1) != 1 or not isinstance(given.get("steps"), list):
        return given
    return {**given, "version": 2, "steps": [_step(step) for step in given["steps"]]}


def _step(step: Any) -> Any:
    if not isinstance(step, Mapping):
        return step
    plain = {**step, "do": _WORDS.get(str(step.get("do")), step.get("do"))}
    if plain["do"] == "read":
        return _pages(plain)
    if plain["do"] == "select" and isinstance(plain.get("value"), str):
        plain["values"] = [plain.pop("value")]
    return (
        plain if plain["do"] in ("picture", "save", "act", "table", "pages", "each") else {"do": "act", "action": plain}
    )


def _pages(plain: dict[str, Any]) -> Any:
    following, most = plain.pop("next", None), plain.pop("max_pages", 10)
    return {"do": "pages", "next": following, "most": most, "steps": [plain]} if following else plain
