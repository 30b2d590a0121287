"""A shell in the sandbox as an agent's tool."""

from pydantic_ai import ModelRetry
from pydantic_ai.toolsets import FunctionToolset
from pydantic_ai.workspaces import (
    CommandResult,
    WorkspaceOutputLimitError,
    WorkspaceTimeoutError,
    WorkspaceUnavailableError,
)

from gofer.core.errors import Unavailable
from gofer.core.sandbox import Sandbox

LONGEST = 600.0
"""Seconds one command may take at most."""

SHOWN = 12_000
"""Characters of output a model is shown, half from the beginning and half from the end."""


def shell_tools(box: Sandbox) -> FunctionToolset[None]:
    """One tool: run a command in this sandbox."""

    async def run_command(command: str, timeout_seconds: float = 60) -> str:
        """Run a shell command on your sandboxed computer; gives its output and, when not 0, its exit code.

        Args:
            command: A POSIX shell command. It starts in your working folder and gets no input.
            timeout_seconds: When to stop it, at most 600.
        """
        return await _ran(box, command, min(max(timeout_seconds, 1.0), LONGEST))

    return FunctionToolset([run_command], id="shell", max_retries=8)


async def _ran(box: Sandbox, command: str, timeout: float) -> str:
    try:
        return _told(await box.run(command, shell=True, timeout=timeout))
    except WorkspaceTimeoutError as error:
        raise ModelRetry(f"Stopped after {timeout:g} s. Allow more time or do less at once.") from error
    except WorkspaceOutputLimitError as error:
        raise ModelRetry("It printed too much. Send its output to a file and look at a part of it.") from error
    except WorkspaceUnavailableError as error:
        raise Unavailable("The sandbox is gone.", code="ERR_SANDBOX_LOST") from error


def _told(result: CommandResult) -> str:
    parts = [shortened(text.rstrip()) for text in (result.stdout, result.stderr) if text.strip()]
    if result.exit_code:
        parts.append(f"[exit code {result.exit_code}]")
    return "\n".join(parts) or "[no output]"


def shortened(text: str, limit: int = SHOWN) -> str:
    """The text, or its beginning and end with a word on how much is missing between them."""
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]}\n[… {len(text) - 2 * half} characters left out …]\n{text[-half:]}"
