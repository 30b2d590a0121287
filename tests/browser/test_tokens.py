"""Tokens are counted as o200k counts them, with no network."""

import pytest

from gofer.browser.tokens import count


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("hello world", 2), ("tiktoken is great!", 6), ("お誕生日おめでとう", 8), ("2 + 2 = 4", 7)],
)
def test_known_texts_have_their_known_counts(text: str, tokens: int) -> None:
    assert count(text) == tokens


def test_what_looks_like_a_special_token_counts_as_the_text_it_is() -> None:
    assert count("<|endoftext|>") > 1
