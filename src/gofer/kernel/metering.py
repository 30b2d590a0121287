"""Money, tokens and steps of one run: looked at before each model call, booked after it."""

from dataclasses import dataclass

from genai_prices import calc_price
from pydantic_ai.messages import BinaryContent, ModelMessage, ModelMessagesTypeAdapter, ModelResponse
from pydantic_ai.models import Model
from pydantic_ai.usage import RequestUsage

from gofer.core.budget import Budget
from gofer.core.errors import OutOfSteps, OverBudget
from gofer.core.run import Cost

CHARACTERS_PER_TOKEN = 3
"""On the safe side: English text has about four, code and JSON about three."""

EXPECTED_REPLY = 500
"""Output tokens reserved for a reply whose length is not known yet."""

LONG_REPLY = 16_000
"""Output tokens that every model may be asked for. Where no more can be paid, the reply is limited to what can."""

IMAGE_TOKENS = 1_600
"""What a picture costs at most with the vendors' own arithmetic for 1024 x 768, whatever its bytes are."""


@dataclass
class Spent:
    """What a run's agents used up so far."""

    steps: int = 0
    usd: float = 0.0
    uncached_tokens: int = 0


class Meter:
    """Refuses a model call that the budget may not cover, and books those that were made."""

    def __init__(self, budget: Budget, allow_unpriced: bool) -> None:
        self._budget = budget
        self._allow_unpriced = allow_unpriced
        self.spent = Spent()
        self._estimate = Estimate()

    def reserve(self, model: Model, messages: list[ModelMessage]) -> int | None:
        """Most tokens the reply may have, None for no limit; `OverBudget` or `OutOfSteps` when nothing would fit."""
        limit, spent = self._budget, self.spent
        if limit.steps is not None and spent.steps >= limit.steps:
            raise OutOfSteps(f"The agent used all of its {limit.steps} steps.")
        expected = self._estimate.of(messages)
        self._reserve_tokens(expected)
        return None if limit.usd is None else self._reserve_money(limit.usd, model, expected)

    def settle(self, response: ModelResponse, usd: float | None) -> Cost:
        """Book one reply; gives what it cost."""
        usage = response.usage
        self.spent.steps += 1
        self.spent.usd += usd or 0.0
        self.spent.uncached_tokens += max(0, usage.input_tokens - usage.cache_read_tokens) + usage.output_tokens
        return Cost(
            usd=usd or 0.0,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            unpriced_calls=int(usd is None),
        )

    def _reserve_tokens(self, expected: int) -> None:
        limit, spent = self._budget.uncached_tokens, self.spent.uncached_tokens
        if limit is not None and spent >= limit:
            raise OverBudget(f"The run used all of its {limit:,} tokens.")
        if limit is not None and not spent and expected > limit:
            raise OverBudget(f"The first call needs about {expected:,} tokens; the run may use {limit:,}.")

    def _reserve_money(self, limit: float, model: Model, expected: int) -> int | None:
        short = _dearest(model, expected, EXPECTED_REPLY)
        if short is None:
            if self._allow_unpriced:
                return None
            message = f"Nobody knows what {model.model_id} costs, so its money cannot be limited."
            raise OverBudget(message, next_step="Set `[models] unpriced = true` to allow models without a price.")
        left = limit - self.spent.usd
        if short > left:
            message = f"The run has spent ${self.spent.usd:.4f} of ${limit:.2f}; the next call would not fit."
            raise OverBudget(message)
        if short * LONG_REPLY / EXPECTED_REPLY <= left:  # to know a price takes half a millisecond
            return None
        long = _dearest(model, expected, LONG_REPLY)
        if long is None or long <= left:
            return None
        return EXPECTED_REPLY + int((left - short) / (long - short) * (LONG_REPLY - EXPECTED_REPLY))


def _dearest(model: Model, asked: int, replied: int) -> float | None:
    """What a call costs with the dearest model that may answer it; None when one has no known price."""
    usage = RequestUsage(input_tokens=asked, output_tokens=replied)
    prices = [price_of(one.model_name, one.system, usage) for one in candidates(model)]
    return None if None in prices else max(filter(None, prices), default=0.0)


class Estimate:
    """About how many tokens a growing conversation has, rather too many than too few; looks only at what is new."""

    def __init__(self) -> None:
        self._seen = 0
        self._characters = 0
        self._first: ModelMessage | None = None

    def of(self, messages: list[ModelMessage]) -> int:
        """The estimate; one that became shorter, or begins otherwise, is another conversation."""
        if len(messages) < self._seen or messages[0] is not self._first:
            self._seen = self._characters = 0
            self._first = messages[0]
        new = messages[self._seen :]
        self._characters += len(ModelMessagesTypeAdapter.dump_json(new)) - _pictured(new)
        self._seen = len(messages)
        return self._characters // CHARACTERS_PER_TOKEN


def _pictured(messages: list[ModelMessage]) -> int:
    """By how many characters pictures are longer as text than what they cost."""
    parts = [part.content for message in messages for part in message.parts if hasattr(part, "content")]
    items = [item for content in parts if isinstance(content, list | tuple) for item in content]
    pictures = [item for item in [*items, *parts] if isinstance(item, BinaryContent) and item.is_image]
    return sum(len(picture.base64) - IMAGE_TOKENS * CHARACTERS_PER_TOKEN for picture in pictures)


def candidates(model: Model) -> list[Model]:
    """The models that may answer: those of a fallback, else the model itself."""
    return list(getattr(model, "models", [model]))


def price_of(model: str, provider: str | None, usage: RequestUsage) -> float | None:
    """What this usage costs in US dollars, or None when nobody knows the model's price."""
    try:
        return float(calc_price(usage, model, provider_id=provider).total_price)
    except LookupError:
        return None
