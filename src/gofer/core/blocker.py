"""A Blocker is what stands between an errand and its page and wants a human: a CAPTCHA, a code, a wall."""

from collections.abc import Collection
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class BlockerKind(StrEnum):
    """What a page wants, or that it wants nothing."""

    NONE = "none"
    CAPTCHA = "captcha"
    MFA = "mfa"
    LOGIN = "login"
    BOT_BLOCKED = "bot_blocked"
    CAPTCHA_LOOP = "captcha_loop"
    ACCESS_DENIED = "access_denied"
    RATE_LIMITED = "rate_limited"


class Evidence(BaseModel):
    """One sign: where it was seen, and the exact value."""

    model_config = ConfigDict(frozen=True)

    source: str = Field(description="status, header, url, frame, script, marker, field, text, or progress.")
    value: str = Field(max_length=300)


class Blocker(BaseModel):
    """The detector's verdict on a page."""

    model_config = ConfigDict(frozen=True)

    kind: BlockerKind = BlockerKind.NONE
    vendor: str | None = None
    evidence: tuple[Evidence, ...] = ()
    confidence: float = Field(0.0, ge=0, le=1)
    besides: tuple["Blocker", ...] = Field((), description="What else the signs are enough for, and weigh less.")

    @property
    def found(self) -> bool:
        """Whether anything is in the way."""
        return self.kind is not BlockerKind.NONE

    def apart_from(self, expected: Collection[BlockerKind]) -> "Blocker":
        """What stands in the way where these kinds are the errand itself, as a login form is to one that logs in."""
        return next((one for one in (self, *self.besides) if one.kind not in expected), Blocker())
