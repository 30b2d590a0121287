"""The sandbox's files as an agent's tools."""

import posixpath
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic_ai import ModelRetry
from pydantic_ai.toolsets import FunctionToolset
from pydantic_ai.workspaces import FileEntry, WorkspaceUnavailableError

from gofer.core.errors import Unavailable
from gofer.core.sandbox import Sandbox

LINES = 400
"""Lines of a file that one reading shows."""

WIDEST = 2_000
"""Characters of a line that are shown."""

ENTRIES = 500
"""Entries of a folder that are shown."""


def file_tools(box: Sandbox) -> FunctionToolset[None]:
    """Tools to read, write, edit and list files of this sandbox."""
    desk = _Desk(box)
    return FunctionToolset(
        [desk.read_file, desk.write_file, desk.edit_file, desk.list_files], id="files", max_retries=8
    )


class _Desk:
    def __init__(self, box: Sandbox) -> None:
        self._box = box

    async def read_file(self, path: str, first_line: int = 1) -> str:
        """Read a text file, at most 400 lines at once.

        Args:
            path: The file, absolute or seen from your working folder.
            first_line: The line to begin with, counted from 1.
        """
        lines = (await self._text(path)).splitlines()
        start = max(first_line, 1) - 1
        shown = [line[:WIDEST] for line in lines[start : start + LINES]]
        left = len(lines) - start - len(shown)
        more = [f"[… {left} more lines; go on with first_line={start + LINES + 1}]"] if left > 0 else []
        return "\n".join(shown + more) or "[the file is empty from there on]"

    async def write_file(self, path: str, content: str) -> str:
        """Write a text file, replacing what it held; makes missing folders.

        Args:
            path: The file, absolute or seen from your working folder.
            content: All that the file shall hold.
        """
        async with _mended(path):
            await self._box.write_bytes(await self._at(path), content.encode())
        return f"Wrote {len(content)} characters to {path}."

    async def edit_file(self, path: str, old: str, new: str) -> str:
        """Replace a piece of a text file.

        Args:
            path: The file, absolute or seen from your working folder.
            old: The piece as it stands in the file, with enough around it to occur only once.
            new: What shall stand there instead.
        """
        text = await self._text(path)
        found = text.count(old) if old else 0
        if found != 1:
            raise ModelRetry(f"`old` occurs {found} times in {path}. Give a piece that occurs exactly once.")
        await self.write_file(path, text.replace(old, new))
        return f"Edited {path}."

    async def list_files(self, path: str = ".") -> str:
        """List a folder: each entry with its size in bytes, folders with a slash.

        Args:
            path: The folder, absolute or seen from your working folder.
        """
        async with _mended(path):
            entries = sorted(await self._box.list_dir(await self._at(path)), key=lambda entry: entry.name)
        more = [f"[… {len(entries) - ENTRIES} more]"] if len(entries) > ENTRIES else []
        return "\n".join([_line(entry) for entry in entries[:ENTRIES]] + more) or "[the folder is empty]"

    async def _at(self, path: str) -> str:
        return posixpath.normpath(posixpath.join(await self._box.working_dir(), path))

    async def _text(self, path: str) -> str:
        async with _mended(path):
            data = await self._box.read_bytes(await self._at(path))
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            raise ModelRetry(f"{path} is no text file. Look at it with a command.") from error


def _line(entry: FileEntry) -> str:
    return f"{entry.name}/" if entry.is_dir else f"{entry.name}  {entry.size if entry.size is not None else '?'}"


@asynccontextmanager
async def _mended(path: str) -> AsyncIterator[None]:
    """What a model can mend is told to it."""
    try:
        yield
    except FileNotFoundError as error:
        raise ModelRetry(f"There is no {path}. List the folder to see what there is.") from error
    except IsADirectoryError as error:
        raise ModelRetry(f"{path} is a folder. Use list_files.") from error
    except NotADirectoryError as error:
        raise ModelRetry(f"{path} is no folder. Use read_file.") from error
    except PermissionError as error:
        raise ModelRetry(f"{path} may not be used. Stay in your working folder.") from error
    except WorkspaceUnavailableError as error:
        raise Unavailable("The sandbox is gone.", code="ERR_SANDBOX_LOST") from error
