"""Rows as a CSV file that opens safely in a spreadsheet."""

import csv
import io
import re
from collections.abc import Sequence

Row = dict[str, str]

_NUMBER = re.compile(r"[+-]?[\d.,\s]+%?")


def as_csv(rows: Sequence[Row]) -> bytes:
    """The rows under one header line, in UTF-8; columns in order of first appearance."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, [_harmless(column) for column in columns], restval="")
    writer.writeheader()
    writer.writerows({_harmless(column): _harmless(text) for column, text in row.items()} for row in rows)
    return out.getvalue().encode()


def _harmless(text: str) -> str:
    """A page's text must not become a formula when the file is opened in a spreadsheet."""
    risky = text.startswith(("=", "+", "-", "@", "\t", "\r")) and not _NUMBER.fullmatch(text)
    return f"'{text}" if risky else text
