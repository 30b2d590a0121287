"""Sessions on the command line."""

from tests.cli.program import Program, said


def test_without_any_session_the_list_is_empty(served: Program) -> None:
    assert served("session", "list", "--json").stdout.strip() == "[]"


def test_a_session_that_is_not_there_cannot_be_deleted(served: Program) -> None:
    said(served("session", "delete", "shop"), 2, "no saved session 'shop'")
