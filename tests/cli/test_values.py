"""`key=value` words become input as the application's model wants it."""

import pytest

from gofer.cli.values import assemble
from gofer.core.errors import Refused


def test_text_that_looks_like_json_stays_text_where_text_is_wanted() -> None:
    given = assemble("browse", ["goal=42", "start_url=https://example.org/", "parameters.page=3"], None)
    assert given == {"goal": "42", "start_url": "https://example.org/", "parameters": {"page": "3"}}


def test_json_is_taken_where_the_model_takes_it() -> None:
    given = assemble("browse", ["goal=x", "start_url=https://example.org/", 'parameters={"search": "mug"}'], None)
    assert given["parameters"] == {"search": "mug"}


def test_words_are_put_over_the_whole_input() -> None:
    given = assemble("chat", ["message=b=c"], '{"message": "a", "session": "s"}')
    assert given == {"message": "b=c", "session": "s"}


def test_null_takes_a_field_away_from_an_older_input_and_is_text_in_a_new_one() -> None:
    assert assemble("chat", ["message=null"], None) == {"message": "null"}
    assert assemble("chat", ["message=null"], None, patch=True) == {"message": None}


@pytest.mark.parametrize("words", [["message=1", "message=2"], ["a.b=1", "a.b=1"], ["a.b=1", "a=2"]])
def test_what_is_given_twice_is_refused(words: list[str]) -> None:
    with pytest.raises(Refused, match=r"is given twice|of its own already"):
        assemble("chat", words, None)


def test_a_field_cannot_be_both_a_value_and_a_group() -> None:
    with pytest.raises(Refused, match="parameters"):
        assemble("browse", ["parameters=x", "parameters.search=mug"], None)
