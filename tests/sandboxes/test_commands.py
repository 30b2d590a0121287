"""Commands in a real sandbox, beyond what the contracts ask."""

import asyncio
from pathlib import Path

import pytest
from pydantic_ai.messages import WorkspaceRef
from pydantic_ai.workspaces import WorkspaceOutputLimitError, WorkspaceUnavailableError

from gofer.core.sandbox import Egress, Limits, SandboxSpec, Traffic
from gofer.sandboxes.local import LocalSandbox, LocalSandboxes


@pytest.fixture
async def box(local: LocalSandboxes) -> LocalSandbox:
    """A code sandbox."""
    return await local.create(SandboxSpec())


async def test_endless_output_is_cut_off_with_its_beginning(box: LocalSandbox) -> None:
    with pytest.raises(WorkspaceOutputLimitError) as cut:
        await box.run(["yes"], timeout=30)
    assert cut.value.stdout.startswith("y\ny\n")


async def test_a_signal_becomes_its_exit_code(box: LocalSandbox) -> None:
    assert (await box.run("kill -TERM $$", shell=True)).exit_code == 143
    assert (await box.run("yes | head -1", shell=True)).stdout == "y\n"


async def test_a_file_that_may_not_run_exits_126(box: LocalSandbox) -> None:
    await box.write_bytes("/workspace/plain", b"text")
    assert (await box.run(["/workspace/plain"])).exit_code == 126


async def test_many_commands_at_once_keep_their_outputs_apart(box: LocalSandbox) -> None:
    results = await asyncio.gather(*(box.run(["echo", str(number)]) for number in range(30)))
    assert [result.stdout for result in results] == [f"{number}\n" for number in range(30)]


async def test_nul_and_bad_timeouts_are_refused(box: LocalSandbox) -> None:
    with pytest.raises(ValueError, match="NUL"):
        await box.run(["echo", "a\0b"])
    with pytest.raises(ValueError, match="NUL"):
        await box.read_bytes("/a\0b")
    for timeout in (0, -1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="timeout"):
            await box.run(["true"], timeout=timeout)


async def test_names_that_are_no_text_survive(box: LocalSandbox) -> None:
    await box.run("touch \"$(printf 'odd\\377')\"", shell=True)
    (entry,) = await box.list_dir("/workspace")
    assert await box.exists(entry.path)


async def test_a_reattached_sandbox_has_network_again(tmp_path: Path) -> None:
    async def shop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nshop")
        writer.close()

    server = await asyncio.start_unix_server(shop, str(tmp_path / "shop.sock"))
    names, seen = {"shop.gofer.example": str(tmp_path / "shop.sock")}, list[Traffic]()
    fetch = "import urllib.request as u; print(u.urlopen('http://shop.gofer.example/').read().decode())"
    first = LocalSandboxes(tmp_path / "s", names)
    box = await first.create(SandboxSpec())
    assert box.ref
    assert (await box.run(["python3", "-c", fetch])).stdout == "shop\n"
    await box.close()
    assert (await box.run(["true"])).exit_code == 0
    second = LocalSandboxes(tmp_path / "s", names, lambda ref, traffic: seen.append(traffic))
    again = await second.attach(box.ref, SandboxSpec(egress=Egress()))
    assert (await again.run(["python3", "-c", fetch])).stdout == "shop\n"
    assert [traffic.host for traffic in seen] == ["shop.gofer.example"]
    assert (again.network_use.requests, again.network_use.refused) == (2, 0)
    assert again.network_use.received >= 2 * len("shop")
    await second.destroy(box.ref)
    server.close()


async def test_the_home_and_temporary_folders_count_against_the_disk(local: LocalSandboxes) -> None:
    box = await local.create(SandboxSpec(limits=Limits(disk_mb=32)))
    for folder in ("/home/user", "/tmp"):
        filled = await box.run(f"head -c 60000000 /dev/zero > {folder}/a", shell=True)
        assert filled.exit_code != 0
        await box.remove(f"{folder}/a")


@pytest.mark.parametrize("identity", ["../../etc", "", ".", "0123456789abcdef"])
async def test_an_unknown_or_malicious_ref_is_harmless(local: LocalSandboxes, identity: str) -> None:
    ref = WorkspaceRef(provider="local-bwrap", id=identity)
    await local.destroy(ref)
    await local.heartbeat([ref])
    with pytest.raises(WorkspaceUnavailableError):
        await local.attach(ref, SandboxSpec())
