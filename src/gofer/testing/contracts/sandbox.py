"""What every sandbox provider must hold, beyond Pydantic AI's own `WorkspaceBackendSuite`.

Subclass `SandboxSuite` in a test module and give it a `provider` fixture.
"""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
from pydantic_ai.workspaces import CommandResult, WorkspaceTimeoutError, WorkspaceUnavailableError

from gofer.core.sandbox import Enforcement, Limits, Profile, Sandbox, SandboxProvider, SandboxSpec

SMALL = SandboxSpec(limits=Limits(memory_mb=128, pids=64, disk_mb=64))
MEMORY_BOMB = "python3 -c \"a = []\nwhile True: a.append(b'x' * 10_000_000)\""
FORK_BOMB = """
import os
n = 0
try:
    while n < 500:
        if os.fork() == 0:
            os.read(os.pipe()[0], 1)
        n += 1
except OSError:
    print(n)
"""
CONNECT = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 3)"


async def shell(box: Sandbox, script: str, timeout: float = 30) -> CommandResult:
    """A shell script inside."""
    return await box.run(script, shell=True, timeout=timeout)


class SandboxSuite:
    """One test for each promise a sandbox makes."""

    @pytest.fixture
    def provider(self) -> SandboxProvider:
        """The provider under test; override."""
        raise NotImplementedError

    @pytest.fixture
    async def box(self, provider: SandboxProvider) -> AsyncIterator[Sandbox]:
        """A sandbox with small limits."""
        box = await provider.create(SMALL)
        yield box
        await box.close()
        assert box.ref
        await provider.destroy(box.ref)

    async def test_a_sandbox_says_what_it_enforces(self, provider: SandboxProvider, box: Sandbox) -> None:
        assert box.spec == SMALL
        assert box.screen is None
        assert isinstance(box.enforcement, Enforcement)
        assert provider.enforcement() == box.enforcement
        assert provider.problems(Profile.CODE) == []

    async def test_a_memory_bomb_takes_only_itself_along(self, box: Sandbox) -> None:
        assert (await shell(box, MEMORY_BOMB)).exit_code != 0
        assert (await shell(box, "echo alive")).stdout == "alive\n"

    async def test_a_fork_bomb_is_bounded_and_ends_with_its_command(self, box: Sandbox) -> None:
        with pytest.raises(WorkspaceTimeoutError) as bomb:
            await box.run(["sh", "-c", 'python3 -c "$1"; sleep 60', "sh", FORK_BOMB], timeout=3)
        assert int(bomb.value.stdout) < SMALL.limits.pids
        assert (await shell(box, "echo alive")).stdout == "alive\n"

    async def test_a_full_disk_is_bounded(self, box: Sandbox) -> None:
        fill = "for i in 1 2 3 4; do head -c 30000000 /dev/zero > /workspace/$i || exit 9; done"
        try:
            assert (await shell(box, fill)).exit_code != 0
        except WorkspaceUnavailableError:
            return  # ended for its size: bounded too
        assert (await shell(box, "rm /workspace/*; echo alive")).stdout == "alive\n"

    async def test_a_busy_sandbox_gets_no_more_than_its_share_of_the_cpu(self, provider: SandboxProvider) -> None:
        if not provider.enforcement().cpu.startswith("cgroup"):
            pytest.skip("no control group for the CPU on this machine")
        box = await provider.create(SandboxSpec(limits=Limits(cpus=0.25)))
        spin = "import time; t = time.monotonic()\nwhile time.monotonic() < t + 1: pass\nprint(time.process_time())"
        assert float((await box.run(["python3", "-c", spin])).stdout) < 0.5
        assert box.ref
        await provider.destroy(box.ref)

    async def test_a_sandbox_ends_at_its_age(self, provider: SandboxProvider) -> None:
        box = await provider.create(SandboxSpec(limits=Limits(wall_seconds=1)))
        with pytest.raises(WorkspaceUnavailableError):
            await shell(box, "sleep 30")
        await gone(provider, box)

    async def test_the_host_is_not_to_be_seen(self, box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CANARY_OF_THE_HOST", "1")
        seen = await shell(box, "ls -A /root /srv /opt /boot /var /sys; cat /etc/passwd /etc/shadow; env")
        assert "CANARY_OF_THE_HOST" not in seen.stdout
        assert [line.split(":")[0] for line in seen.stdout.splitlines() if ":x:" in line] == ["root", "user"]
        assert (await shell(box, "ls /root /etc/shadow /sys")).exit_code != 0
        assert (await shell(box, "ls /proc | grep -c '^[0-9]'")).stdout.strip().isdigit()
        assert (await shell(box, "id -u")).stdout == "1000\n"
        assert (await shell(box, "touch /usr/x || touch /run/net/x")).exit_code != 0

    async def test_nothing_is_reached_but_the_proxy(self, box: Sandbox) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = str(server.getsockname()[1])
            assert (await box.run(["python3", "-c", CONNECT, "127.0.0.1", port])).exit_code != 0
        assert (await box.run(["python3", "-c", CONNECT, "192.0.2.1", "80"])).exit_code != 0

    async def test_a_program_without_privileges_gains_none(self, box: Sandbox) -> None:
        status = (await shell(box, "cat /proc/self/status")).stdout
        assert "CapEff:\t0000000000000000" in status
        assert "NoNewPrivs:\t1" in status

    async def test_a_closed_sandbox_lives_on_and_can_be_attached(self, provider: SandboxProvider, box: Sandbox) -> None:
        await box.write_bytes("/workspace/kept", b"kept")
        await box.close()
        assert box.ref
        again = await provider.attach(box.ref, SMALL)
        assert await again.read_bytes("/workspace/kept") == b"kept"
        await again.close()

    async def test_destroying_leaves_nothing_and_may_be_repeated(self, provider: SandboxProvider) -> None:
        box = await provider.create(SMALL)
        assert box.ref in await provider.living()
        assert box.ref
        await provider.destroy(box.ref)
        await provider.destroy(box.ref)
        assert await provider.living() == []
        with pytest.raises(WorkspaceUnavailableError):
            await provider.attach(box.ref, SMALL)

    async def test_two_sandboxes_do_not_see_each_other(self, provider: SandboxProvider, box: Sandbox) -> None:
        other = await provider.create(SMALL)
        await other.write_bytes("/workspace/secret", b"secret")
        assert (await shell(other, "sleep 55 > /dev/null 2>&1 &")).exit_code == 0
        assert not await box.exists("/workspace/secret")
        assert "sleep 55" not in (await shell(box, "ps ax")).stdout
        assert other.ref
        await provider.destroy(other.ref)

    async def test_a_swapped_socket_leads_nowhere(self, provider: SandboxProvider) -> None:
        box = await provider.create(SMALL)
        await shell(box, "cd /run/sbx && mv exec.sock old.sock && ln -s /run/host.sock exec.sock", 5)
        with pytest.raises(WorkspaceUnavailableError):
            await shell(box, "true")
        assert box.ref
        await provider.destroy(box.ref)
        assert await provider.living() == []

    async def test_a_link_planted_by_the_guest_shows_nothing_of_the_host(self, box: Sandbox) -> None:
        await shell(box, "ln -s /root /workspace/up; ln -s /etc/shadow /workspace/shadow")
        assert not await box.exists("/workspace/up/.bashrc")
        with pytest.raises(FileNotFoundError):
            await box.read_bytes("/workspace/shadow")


async def gone(provider: SandboxProvider, box: Sandbox) -> None:
    """Wait until the provider knows nothing of the sandbox any more."""
    async with asyncio.timeout(10):
        while box.ref in await provider.living():
            await asyncio.sleep(0.02)
