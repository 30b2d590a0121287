"""A table of strangers' texts opens safely in a spreadsheet."""

import csv
import io

from gofer.browser.table import as_csv


def test_columns_come_in_order_of_appearance_and_gaps_are_empty() -> None:
    assert as_csv([{"a": "1"}, {"b": "2", "a": "3"}]) == b"a,b\r\n1,\r\n3,2\r\n"


def test_texts_with_commas_quotes_and_line_ends_come_back_whole() -> None:
    text = 'a, "b"\nc é'
    assert next(csv.DictReader(io.StringIO(as_csv([{"x": text}]).decode(), newline="")))["x"] == text


def test_a_text_that_a_spreadsheet_would_run_is_made_harmless() -> None:
    rows = [{"x": "=HYPERLINK(1)"}, {"x": "@SUM"}, {"x": "-5.20"}, {"x": "+1+cmd"}, {"x": "\t=1"}]
    assert as_csv(rows).decode().split("\r\n")[1:-1] == ["'=HYPERLINK(1)", "'@SUM", "-5.20", "'+1+cmd", "'\t=1"]


def test_no_rows_make_an_empty_table() -> None:
    assert as_csv([]) == b"\r\n"
