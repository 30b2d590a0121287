"""What is different between two lists of the same things, in words."""

from collections.abc import Sequence

from gofer.tools.playbook import Row

MOST = 100
"""Sentences of change that are listed."""


def changes(before: Sequence[Row], now: Sequence[Row], key: str) -> list[str]:
    """One sentence per thing that is new, gone or different; things are told apart by the column `key`."""
    old, new = _by(key, before), _by(key, now)
    told = [_new(name, _brief(row, key)) for name, row in new.items() if name not in old]
    told += [f"Gone: {name}" for name in old if name not in new]
    told += [line for name, row in new.items() if name in old for line in _different(name, old[name], row)]
    return told if len(told) <= MOST else [*told[:MOST], f"… and {len(told) - MOST} more changes"]


def _by(key: str, rows: Sequence[Row]) -> dict[str, Row]:
    """Rows by their key; of several with the same one, the later are numbered."""
    found: dict[str, Row] = {}
    seen: dict[str, int] = {}
    for row in rows:
        name = row.get(key, "")
        seen[name] = seen.get(name, 0) + 1
        found[name if seen[name] == 1 else f"{name} ({seen[name]})"] = row
    return found


def _different(name: str, before: Row, now: Row) -> list[str]:
    columns = dict.fromkeys([*before, *now])
    pairs = [(column, before.get(column, ""), now.get(column, "")) for column in columns]
    return [f"{name}: {column} {old or '(none)'} → {new or '(none)'}" for column, old, new in pairs if old != new]


def _brief(row: Row, key: str) -> str:
    return ", ".join(text for column, text in row.items() if column != key and text)


def _new(name: str, brief: str) -> str:
    return f"New: {name} ({brief})" if brief else f"New: {name}"
