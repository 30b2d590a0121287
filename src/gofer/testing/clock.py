"""A clock that stands still until it is told to move."""

from datetime import UTC, datetime, timedelta


class FrozenClock:
    """The time of day as a test wants it."""

    def __init__(self, moment: datetime = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)) -> None:
        self._moment = moment

    def now(self) -> datetime:
        """The moment that was set."""
        return self._moment

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._moment += timedelta(seconds=seconds)
