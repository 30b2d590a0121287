"""What gofer makes of an agent that the guest's own code took the place of."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic_ai.workspaces import WorkspaceUnavailableError

from gofer.core.sandbox import SandboxSpec
from gofer.sandboxes.local import LocalSandboxes, wire
from gofer.sandboxes.local.place import Place
from gofer.sandboxes.local.sockets import listen
from gofer.sandboxes.local.wire import Exchange, Lost

Answer = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patience for a test."""
    for name, seconds in {"ASK_SECONDS": 1.0, "LOOK_SECONDS": 0.1, "PING_SECONDS": 0.2}.items():
        monkeypatch.setattr(wire, name, seconds)


@asynccontextmanager
async def agent(folder: Path, answer: Answer) -> AsyncIterator[Exchange]:
    """An exchange with an agent that answers like this."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readexactly(5)
            await answer(await reader.readexactly(int.from_bytes(head[1:], "big")), writer)
            await reader.read()  # until gofer hangs up
        except OSError:
            pass
        finally:
            writer.close()

    (folder / "sockets").mkdir()
    server = await asyncio.start_unix_server(serve, sock=listen(folder / "sockets" / "exec.sock"))
    yield Exchange(Place(folder, os.getuid()))
    server.close()


def frame(kind: bytes, payload: bytes = b"") -> bytes:
    """As the agent sends it."""
    return kind + len(payload).to_bytes(4, "big") + payload


async def flood(writer: asyncio.StreamWriter, part: bytes) -> None:
    """The same for ever."""
    while not writer.is_closing():
        writer.write(part * 10_000)
        await writer.drain()


@pytest.mark.parametrize("part", [frame(b"o"), frame(b"e"), frame(b"?", b"x"), b"\0" * 5], ids=repr)
async def test_frames_that_mean_nothing_end_the_conversation(tmp_path: Path, part: bytes) -> None:
    async with agent(tmp_path, lambda words, writer: flood(writer, part)) as exchange:
        with pytest.raises(Lost):
            await asyncio.wait_for(exchange.ask("list", "/"), 10)


async def test_tiny_frames_without_end_are_too_much_to_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "READ_LIMIT", 1 << 20)
    async with agent(tmp_path, lambda words, writer: flood(writer, frame(b"o", b"x"))) as exchange:
        with pytest.raises(OSError, match="read it in parts"):
            await asyncio.wait_for(exchange.ask("list", "/"), 10)


async def silent(words: bytes, writer: asyncio.StreamWriter) -> None:
    """No answer at all."""


async def only_pings(words: bytes, writer: asyncio.StreamWriter) -> None:
    """Alive, and busy; the command ends after a while."""
    if words != b"ping":
        await asyncio.sleep(0.8)
    writer.write(frame(b"x", b"0"))


async def test_an_operation_on_files_that_is_not_answered_ends(tmp_path: Path, hasty: None) -> None:
    async with agent(tmp_path, silent) as exchange:
        with pytest.raises(Lost):
            await asyncio.wait_for(exchange.ask("read", "/x"), 10)


async def test_a_command_whose_agent_does_not_live_any_more_ends(tmp_path: Path, hasty: None) -> None:
    async with agent(tmp_path, silent) as exchange:
        with pytest.raises(Lost):
            await asyncio.wait_for(anext(exchange.frames("run")), 10)


async def test_a_silent_command_goes_on_as_long_as_the_agent_lives(tmp_path: Path, hasty: None) -> None:
    async with agent(tmp_path, only_pings) as exchange:
        assert [kind async for kind, _ in exchange.frames("run")] == [b"x"]


async def test_an_agent_without_a_process_left_is_alive(tmp_path: Path) -> None:
    async def busy(words: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(frame(b"!", b"11\0the sandbox has no process left for this"))

    async with agent(tmp_path, busy) as exchange:
        assert await exchange.alive()


async def test_a_guest_that_stops_its_agent_keeps_no_run_waiting(local: LocalSandboxes, hasty: None) -> None:
    box = await local.create(SandboxSpec())
    with pytest.raises(WorkspaceUnavailableError):
        await asyncio.wait_for(box.run("kill -STOP 2; sleep 50", shell=True), 20)  # 1 is bubblewrap, 2 the agent
