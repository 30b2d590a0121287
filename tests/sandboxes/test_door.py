"""A sandbox's way out is open for all who hold it, and one that did not open does not stay shut."""

import asyncio
import socket
from pathlib import Path

import pytest

from gofer.core.sandbox import Egress, SandboxSpec
from gofer.sandboxes.egress import EgressProxy
from gofer.sandboxes.local import LocalSandbox, LocalSandboxes, sockets
from gofer.sandboxes.local.door import Door

ASK = "python3 -c \"import socket; s = socket.create_connection(('127.0.0.1', 3128)); s.sendall(b'x\\r\\n\\r\\n'); \
print(s.recv(12))\""


async def answered(box: LocalSandbox) -> bool:
    """Whether the proxy answers inside."""
    return "HTTP/1.1" in (await box.run(ASK, shell=True, timeout=20)).stdout


async def test_a_proxy_that_could_not_listen_once_listens_the_next_time(
    local: LocalSandboxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = await local.create(SandboxSpec())
    await box.close()

    def full(path: Path) -> socket.socket:
        raise OSError("No space left on device")

    monkeypatch.setattr(sockets, "listen", full)
    with pytest.raises(OSError, match="No space left"):
        await box.run(["true"])
    monkeypatch.undo()
    assert await answered(box)


async def test_the_network_stays_until_the_last_holder_leaves(local: LocalSandboxes) -> None:
    box = await local.create(SandboxSpec())
    assert box.ref
    others = await asyncio.gather(*(local.attach(box.ref, SandboxSpec()) for _ in range(3)))
    for other in others:
        await other.close()
        assert await answered(box)
    await box.close()
    assert not local._doors


async def test_who_gives_up_entering_holds_nothing(tmp_path: Path) -> None:
    door = Door(EgressProxy(Egress()), tmp_path / "proxy.sock")
    first, second = (asyncio.ensure_future(door.enter()) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await second
    assert not door.leave()
    assert door.leave()
    await door.close()
