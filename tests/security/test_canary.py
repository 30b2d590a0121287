"""No credential of the host is ever inside a sandbox, or in what a run leaves behind: events, logs, stores, files."""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel
from structlog.testing import capture_logs

from gofer.core.application import Application, RunContext
from gofer.core.errors import Refused
from gofer.core.principal import OWNER
from gofer.core.sandbox import Profile, SandboxSpec
from gofer.sandboxes.local import LocalSandboxes
from gofer.testing.harness import Setup, harness

CANARY = "canary-in-the-environment"
SEARCH = (
    "env; cat /proc/*/environ 2>/dev/null | tr '\\0' '\\n'; tr '\\0' ' ' 2>/dev/null < /proc/1/cmdline; "
    "ls /root /home /etc 2>&1; cat {folder}/secret.txt 2>&1; "
    "grep -rs c[a]nary-in-the-environment /workspace /tmp /home /run /etc"
)
"""Shows every environment and every file in reach; it does not hold the canary itself."""

PROFILES = [Profile.CODE, pytest.param(Profile.DESKTOP, marks=pytest.mark.chromium)]


class Asked(BaseModel):
    """Which computer to look around in, and for what."""

    profile: Profile
    search: str
    fails: bool = False


async def snoop(run: RunContext, asked: Asked) -> str:
    """Look around inside, tell and hand over all that is there, and perhaps fail with it."""
    async with run.sandbox(SandboxSpec(profile=asked.profile)) as box:

        async def look() -> str:
            return (await box.run(asked.search, shell=True, timeout=60)).stdout

        seen = await run.step(look)
    await run.say(seen[-2000:])
    await run.save("seen.txt", seen.encode(), "text/plain")
    if asked.fails:
        raise Refused(seen[-2000:])
    return seen


SNOOP = Application("snoop", "Looks around.", Asked, snoop)


@pytest.fixture
def hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The search, on a host that has the canary in its environment and in a file."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", CANARY)
    monkeypatch.setenv("GOFER_VAULT__KEY", CANARY)
    secret = tmp_path / "secret.txt"
    secret.write_text(CANARY)
    yield SEARCH.format(folder=tmp_path)
    assert secret.read_text() == CANARY


@pytest.mark.parametrize("profile", PROFILES)
async def test_the_hosts_environment_and_files_stay_outside(profile: Profile, hidden: str, tmp_path: Path) -> None:
    boxes = LocalSandboxes(tmp_path / "sandboxes")
    box = await boxes.create(SandboxSpec(profile=profile))
    try:
        seen = await box.run(hidden, shell=True, timeout=60)
        assert "PATH=" in seen.stdout
        assert CANARY not in seen.stdout + seen.stderr
    finally:
        await box.close()
        if box.ref:
            await boxes.destroy(box.ref)


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("profile", PROFILES)
async def test_what_a_run_leaves_behind_holds_no_credential(
    profile: Profile, fails: bool, hidden: str, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    setup = Setup(folder, [SNOOP], sandboxes=LocalSandboxes(folder / "sandboxes"))
    with capture_logs() as lines:
        async with harness(setup) as gofer:
            token = await gofer.kernel.access.create_token(OWNER, "helper", ["runs:read"])
            session = await gofer.kernel.access.session(OWNER)
            run = await gofer.start("snoop", profile=profile, search=hidden, fails=fails)
            run = await gofer.ended(run.id, within=60)
            events = await gofer.events(run.id)
    assert [event.type for event in events][-1] == ("run.failed" if fails else "run.succeeded")
    left = await asyncio.to_thread(stored, folder)
    told = "".join(event.model_dump_json() for event in events) + run.model_dump_json()
    for secret in (CANARY, token, session):
        assert secret not in told
        assert secret not in f"{lines}{caplog.text}"
        assert [name for name, data in left.items() if secret.encode() in data] == []
    assert any(b"PATH=" in data for data in left.values())


def stored(folder: Path) -> dict[str, bytes]:
    """Everything in a data folder: both databases, artifacts, what sandboxes left."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
