"""What gofer says about the machine it runs on."""

import asyncio
import time
from pathlib import Path

import pytest

from gofer.core.errors import Refused
from gofer.core.sandbox import Profile, SandboxSpec
from gofer.sandboxes.local import LocalSandboxes, machine, probe
from gofer.sandboxes.local.machine import Machine, refuses


def test_this_machine_has_no_problems() -> None:
    for profile in Profile:
        assert Machine(0).problems(profile) == []


def test_a_missing_program_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "GUEST_PATH", "/nonexistent")
    said = " ".join(Machine(0).problems(Profile.DESKTOP))
    for words in ("apt-get install bubblewrap", "apt-get install chromium", "tigervnc-standalone-server", "python3"):
        assert words in said


def forbidden(message: str) -> list[str]:
    """A program that fails as bubblewrap does."""
    return ["sh", "-c", f"echo '{message}' >&2; exit 1"]


def test_forbidden_user_namespaces_are_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "COMMAND", forbidden("bwrap: No permissions to create namespace"))
    (said,) = Machine(0).problems(Profile.CODE)
    assert "No permissions to create namespace" in said
    assert "sysctl -w" in said or "User namespaces must be allowed" in said


def test_a_probe_that_hangs_is_a_problem_and_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "COMMAND", ["sleep", "30"])
    monkeypatch.setattr(probe, "PATIENCE_SECONDS", 0.05)
    (said,) = Machine(0).problems(Profile.CODE)
    assert "took longer" in said


async def test_what_was_forbidden_for_a_moment_is_not_refused_for_ever(
    local: LocalSandboxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = probe.COMMAND
    monkeypatch.setattr(probe, "COMMAND", forbidden("not now"))
    with pytest.raises(Refused, match="not now"):
        await local.create(SandboxSpec())
    monkeypatch.setattr(probe, "COMMAND", works)
    with pytest.raises(Refused, match="not now"):
        await local.create(SandboxSpec())
    monkeypatch.setattr(probe, "AGAIN_SECONDS", 0.0)
    box = await local.create(SandboxSpec())
    assert (await box.run(["true"])).exit_code == 0


async def test_a_slow_probe_holds_up_neither_the_loop_nor_who_asks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "COMMAND", forbidden("first"))
    monkeypatch.setattr(probe, "AGAIN_SECONDS", 0.0)
    machine = Machine(0)
    assert "first" in machine.problems(Profile.CODE)[0]
    monkeypatch.setattr(probe, "COMMAND", ["sleep", "1"])
    began = time.monotonic()
    assert "first" in machine.problems(Profile.CODE)[0]
    settled = asyncio.ensure_future(machine.probe.settle())
    await asyncio.sleep(0.01)
    assert time.monotonic() - began < 0.8
    await settled
    assert machine.problems(Profile.CODE) == []


def test_the_settings_that_forbid_namespaces_are_known() -> None:
    assert refuses("kernel.unprivileged_userns_clone", "0")
    assert refuses("kernel.apparmor_restrict_unprivileged_userns", "1")
    assert not refuses("user.max_user_namespaces", "15000")


def test_without_groups_the_limits_are_told_as_they_are() -> None:
    poor = Machine(1000)
    poor.groups = None
    said = poor.enforcement()
    assert "RLIMIT_NPROC" in said.pids
    assert said.cpu == "not limited"
    assert "gofer's own user" in said.detail


async def test_no_sandbox_is_promised_where_none_can_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "GUEST_PATH", "/nonexistent")
    provider = LocalSandboxes(tmp_path)
    with pytest.raises(Refused) as refusal:
        await provider.create(SandboxSpec())
    assert refusal.value.code == "ERR_MISSING_PROGRAM"
    assert await provider.living() == []
