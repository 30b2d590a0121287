"""What loops of a playbook go over: rows given as a parameter, and results on a page."""

import csv
import io
import json
from typing import Any

from gofer.browser.table import Row
from gofer.core.errors import Refused


def given_rows(text: str) -> list[Row]:
    """Rows from a parameter: a JSON list of objects, or CSV whose first line names the columns."""
    if text.lstrip().startswith("["):
        return [_row(one) for one in _parsed(text)]
    reader = csv.DictReader(io.StringIO(text.strip(), newline=""), restval="")
    return [{str(column).strip(): str(cell).strip() for column, cell in row.items() if column} for row in reader]


def _parsed(text: str) -> list[Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise Refused(f"The rows are not JSON: {error}.", code="ERR_INVALID_INPUT") from error
    return list(found)


def _row(one: Any) -> Row:
    cells = one if isinstance(one, dict) else {"value": one}
    return {str(column): cell if isinstance(cell, str) else json.dumps(cell) for column, cell in cells.items()}
