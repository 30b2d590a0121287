"""A guest that swaps its sockets leads gofer nowhere."""

import asyncio
import os
import socket
from pathlib import Path

import pytest

from gofer.core.errors import Unavailable
from gofer.sandboxes.local.sockets import connect, listen


@pytest.fixture
def host_socket(tmp_path: Path) -> Path:
    """A socket of the host that no guest should make us talk to."""
    path = tmp_path / "host.sock"
    listen(path).detach()
    return path


async def test_a_socket_of_the_sandbox_is_connected_to(tmp_path: Path, host_socket: Path) -> None:
    _, writer = await connect(tmp_path, "host.sock", os.getuid())
    writer.close()


async def test_a_link_to_a_socket_of_the_host_is_refused(tmp_path: Path, host_socket: Path) -> None:
    (tmp_path / "vnc.sock").symlink_to(host_socket)
    with pytest.raises(Unavailable, match="swapped"):
        await connect(tmp_path, "vnc.sock", os.getuid())


async def test_a_socket_of_another_user_is_refused(tmp_path: Path, host_socket: Path) -> None:
    with pytest.raises(Unavailable, match="swapped"):
        await connect(tmp_path, "host.sock", os.getuid() + 1)


async def test_a_file_is_no_socket(tmp_path: Path) -> None:
    (tmp_path / "vnc.sock").touch()
    with pytest.raises(Unavailable, match="swapped"):
        await connect(tmp_path, "vnc.sock", os.getuid())


async def test_a_missing_socket_and_a_dead_one_are_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        await connect(tmp_path, "vnc.sock", os.getuid())
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(tmp_path / "vnc.sock"))
    dead.close()
    with pytest.raises(Unavailable):
        await connect(tmp_path, "vnc.sock", os.getuid())


async def test_a_socket_far_down_in_the_file_system_works_too(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 100) / ("y" * 100)
    folder.mkdir(parents=True)
    server = await asyncio.start_unix_server(lambda reader, writer: writer.close(), sock=listen(folder / "a.sock"))
    reader, writer = await connect(folder, "a.sock", os.getuid())
    assert await reader.read() == b""
    writer.close()
    server.close()
