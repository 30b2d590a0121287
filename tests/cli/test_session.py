"""Sessions on the command line."""

import sqlite3
from contextlib import closing

from tests.cli.program import Program, said


def test_without_any_session_the_list_is_empty(served: Program) -> None:
    assert served("session", "list", "--json").stdout.strip() == "[]"


def test_a_session_that_is_not_there_cannot_be_deleted(served: Program) -> None:
    said(served("session", "delete", "shop"), 2, "no saved session 'shop'")


def test_what_is_used_next_is_told_as_it_is(gofer: Program) -> None:
    gofer("runs")
    with closing(sqlite3.connect(gofer.data / "gofer.db")) as database:
        for version in (1, 2, 3):
            values = {"principal": "owner", "profile": "me", "version": version, "sealed": b"x", "key_id": "k"}
            row = {**values, "saved_at": 0.0, "saved_by": "r-1"}
            names, places = ", ".join(row), ", ".join("?" * len(row))
            database.execute(f"INSERT INTO sessions ({names}) VALUES ({places})", tuple(row.values()))
        database.commit()
    assert gofer("session", "delete", "me", "--version", "1").stdout == (
        "Forgot version 1 of me; version 3 is used next.\n"
    )
    assert gofer("session", "delete", "me", "--version", "3").stdout.endswith("; version 2 is used next.\n")
    assert gofer("session", "delete", "me").stdout == "Forgot every version (1) of me; its next errand begins fresh.\n"
