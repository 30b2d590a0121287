"""What the next model call may cost: pictures at their price, and a reply no longer than what is left pays for."""

import os

import pytest
from pydantic_ai.messages import BinaryContent, ModelMessage, ModelRequest, ModelResponse, TextPart, UserPromptPart
from pydantic_ai.models import Model
from pydantic_ai.usage import RequestUsage

from gofer.core.budget import Budget
from gofer.core.errors import OverBudget
from gofer.kernel.metering import LONG_REPLY, Meter, price_of
from gofer.models.resolve import resolve

MODEL = "anthropic:claude-sonnet-4-5"


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Model:
    """A model with a price; nobody calls it."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "none")
    return resolve(MODEL)


def said(*content: str | BinaryContent) -> ModelMessage:
    return ModelRequest(parts=[UserPromptPart(content=list(content))])


def picture() -> BinaryContent:
    return BinaryContent(os.urandom(300_000), media_type="image/png")


def spent(meter: Meter, usd: float) -> Meter:
    meter.settle(ModelResponse(parts=[TextPart("x")], usage=RequestUsage(input_tokens=1, output_tokens=1)), usd)
    return meter


def test_pictures_do_not_use_up_a_budget_by_their_bytes(model: Model) -> None:
    meter = Meter(Budget(usd=1.0), allow_unpriced=False)
    messages = [said("look", picture()) for _ in range(20)]
    assert meter.reserve(model, messages) is None


def test_pictures_are_paid_for_all_the_same(model: Model) -> None:
    meter = Meter(Budget(usd=0.05), allow_unpriced=False)
    with pytest.raises(OverBudget):
        meter.reserve(model, [said("look", *(picture() for _ in range(20)))])


def test_a_reply_may_be_no_longer_than_what_is_left_pays_for(model: Model) -> None:
    meter = spent(Meter(Budget(usd=1.0), allow_unpriced=False), 0.95)
    most = meter.reserve(model, [said("hello")])
    assert most is not None
    assert most < LONG_REPLY
    paid = price_of("claude-sonnet-4-5", "anthropic", RequestUsage(input_tokens=100, output_tokens=most))
    assert paid == pytest.approx(0.05, rel=0.05)


def test_where_much_is_left_no_reply_is_limited(model: Model) -> None:
    assert Meter(Budget(usd=1.0), allow_unpriced=False).reserve(model, [said("hello")]) is None


def test_a_call_whose_short_reply_would_not_fit_is_not_made(model: Model) -> None:
    with pytest.raises(OverBudget):
        spent(Meter(Budget(usd=1.0), allow_unpriced=False), 0.999).reserve(model, [said("hello")])
