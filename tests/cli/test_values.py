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


def test_a_field_cannot_be_both_a_value_and_a_group() -> None:
    with pytest.raises(Refused, match="parameters"):
        assemble("browse", ["parameters=x", "parameters.search=mug"], None)
