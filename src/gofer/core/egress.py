"""What the way out of a sandbox answers by itself, so that nobody takes it for a site's own answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from gofer.core.errors import GoferError, Refused, Unavailable

HEADER = "x-gofer-egress"
"""On every answer of the proxy's own over plain http; it takes this header off whatever servers answer."""

NAME = "egress.gofer.invalid"
"""Where the proxy says why it opened no tunnel: `http://egress.gofer.invalid/HOST:PORT`. No such site can exist."""


class Verdict(StrEnum):
    """Why a request came to nothing."""

    UNLISTED = "unlisted"
    DENIED = "denied"
    PRIVATE = "private"
    NO_SUCH_HOST = "no-such-host"
    NO_CONNECTION = "no-connection"
    SILENT = "silent"
    UNREACHABLE = "unreachable"


REFUSALS = (Verdict.UNLISTED, Verdict.DENIED, Verdict.PRIVATE)

_PRIVATE = "Set `private = true` under `[browser]` in gofer.toml if errands may open addresses of this network."
_DENIED = "Give the errand another site: nothing lets it go to this one."


@dataclass(frozen=True)
class Answer:
    """A verdict on one host and port; the words say it to people, as a sentence without its end."""

    verdict: Verdict
    host: str
    port: int
    words: str

    @property
    def refused(self) -> bool:
        """Whether gofer's own rules say no; else the site is to blame."""
        return self.verdict in REFUSALS

    def written(self) -> str:
        """As a header's value."""
        return f"{self.verdict}; {self.port}; {self.host}; {self.words}"

    def error(self) -> GoferError:
        """What whoever wanted to go there is told; `of` knows it again."""
        error: GoferError
        if self.refused:
            message = f"{self.host} port {self.port} is not allowed for this errand: {self.words}."
            error = Refused(message, next_step=self._next_step())
        else:
            error = Unavailable(f"{self.words}.")
        error.__dict__["egress"] = self
        return error

    def _next_step(self) -> str:
        if self.verdict is Verdict.UNLISTED:
            where = self.host if self.port in (80, 443) else f"{self.host}:{self.port}"
            return f'Add `reach "{where}"` to the playbook if the errand is to go there.'
        return _PRIVATE if self.verdict is Verdict.PRIVATE else _DENIED


def read(value: str) -> Answer | None:
    """The answer that a header's value holds."""
    parts = value.split("; ", 3)
    if len(parts) != 4 or parts[0] not in set(Verdict) or not (parts[1].isascii() and parts[1].isdigit()):
        return None
    return Answer(Verdict(parts[0]), parts[2], int(parts[1]), parts[3])


def found(url: str, headers: Mapping[str, str]) -> Answer | None:
    """The proxy's own answer in this one's headers: over https any site could claim to be the proxy."""
    return read(headers.get(HEADER, "")) if url.startswith("http://") else None


def of(error: GoferError) -> Answer | None:
    """The proxy's answer that this error tells of."""
    answer = error.__dict__.get("egress")
    return answer if isinstance(answer, Answer) else None
