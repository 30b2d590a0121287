"""From a model's name to a model."""

import pytest

from gofer.core.errors import Refused
from gofer.models.resolve import Models, resolve


def test_no_name_is_no_model() -> None:
    assert Models(None)() is None


@pytest.mark.parametrize("name", ["nobody:model", "no-such-name"])
def test_an_unknown_model_is_refused_by_name(name: str) -> None:
    with pytest.raises(Refused) as refused:
        resolve(name)
    assert refused.value.code in ("ERR_UNKNOWN_MODEL", "ERR_MISSING_EXTRA")
    assert name in refused.value.message


def test_a_model_without_its_key_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    with pytest.raises(Refused, match="ANTHROPIC_API_KEY"):
        resolve("anthropic:claude-sonnet-4-6")


def test_fallbacks_are_asked_in_turn() -> None:
    model = Models("test", ["test"])()
    assert model is not None
    assert model.model_id.startswith("fallback")
