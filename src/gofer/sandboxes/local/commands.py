"""A command on its way into a sandbox, and what came out of it."""

import math
from collections.abc import Mapping

from pydantic_ai.workspaces import (
    CommandResult,
    WorkspaceCommand,
    WorkspaceOutputLimitError,
    WorkspaceTimeoutError,
)

from gofer.sandboxes.guest.command import OUTPUT_LIMIT

PREVIEW = 64 * 1024
KILLED = 137


def words_for(
    command: WorkspaceCommand, shell: bool, env: Mapping[str, str] | None, timeout: float | None
) -> list[str]:
    """The request for the agent; raises `TypeError` and `ValueError` for what no agent could run."""
    require_timeout(timeout)
    argv = as_argv(command, shell)
    settings = [f"{name}={value}" for name, value in (env or {}).items()]
    words = ["run", str(timeout or ""), str(len(settings)), *settings, *argv]
    if any("\0" in word for word in words):
        raise ValueError("a command cannot hold a NUL character")
    return words


def as_argv(command: WorkspaceCommand, shell: bool) -> list[str]:
    """A string goes to the shell, a sequence does not."""
    if isinstance(command, str) != shell:
        raise TypeError("a string needs shell=True, and a sequence of arguments shell=False")
    argv = ["/bin/sh", "-c", command] if isinstance(command, str) else list(command)
    if not argv:
        raise ValueError("an empty command")
    return argv


def require_timeout(timeout: float | None) -> None:
    """Raise `ValueError` unless it is None or a positive finite number."""
    if timeout is not None and (not isinstance(timeout, int | float) or not math.isfinite(timeout) or timeout <= 0):
        raise ValueError("timeout must be a positive finite number or None")


class Collected:
    """A command's output as it comes in, at most so much that the guest can't fill our memory."""

    def __init__(self) -> None:
        self.out, self.err = bytearray(), bytearray()
        self.last = (b"", b"")

    def take(self, kind: bytes, payload: bytes) -> None:
        """One frame from the agent."""
        if kind in (b"o", b"e"):
            (self.out if kind == b"o" else self.err).extend(payload)
        else:
            self.last = (kind, payload)
        if len(self.out) + len(self.err) > OUTPUT_LIMIT:
            self.last = (b"L", b"")
            raise self.too_much()

    def result(self) -> CommandResult:
        """What the command came to; raises when it did not come to its end."""
        kind, payload = self.last
        if kind == b"L":
            raise self.too_much()
        if kind == b"T":
            raise self.too_slow()
        if kind == b"!":
            return self._ended(126, payload.decode(errors="replace").partition("\0")[2])
        return self._ended(int(payload))

    def killed(self) -> CommandResult:
        """The command was killed from outside, most likely for want of memory."""
        return self._ended(KILLED, "killed: the sandbox has not enough memory for this")

    def too_much(self) -> WorkspaceOutputLimitError:
        """More output than anybody should read."""
        text = f"more than {OUTPUT_LIMIT >> 20} MiB of output; redirect it to a file and read part of that"
        out, err = (text_of(part[:PREVIEW]) for part in (self.out, self.err))
        return WorkspaceOutputLimitError(text, limit=OUTPUT_LIMIT, stdout=out, stderr=err)

    def too_slow(self) -> WorkspaceTimeoutError:
        """The command's time was up."""
        return WorkspaceTimeoutError("the command timed out", stdout=text_of(self.out), stderr=text_of(self.err))

    def _ended(self, code: int, note: str = "") -> CommandResult:
        return CommandResult(exit_code=code, stdout=text_of(self.out), stderr=text_of(self.err) + note)


def text_of(part: bytearray) -> str:
    """Output as text; bytes that are none become U+FFFD."""
    return part.decode("utf-8", errors="replace")
