"""No credential of the host is ever inside a sandbox."""

from pathlib import Path

import pytest

from gofer.core.sandbox import SandboxSpec
from gofer.sandboxes.local import LocalSandboxes

CANARY = "canary-in-the-environment"


async def test_the_hosts_environment_and_files_stay_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", CANARY)
    (tmp_path / "secret.txt").write_text(CANARY)
    boxes = LocalSandboxes(tmp_path / "sandboxes")
    box = await boxes.create(SandboxSpec())
    try:
        search = (
            "env; cat /proc/*/environ 2>/dev/null | tr '\\0' '\\n'; ls /root /home /etc 2>&1; "
            f"cat {tmp_path}/secret.txt 2>&1; grep -rs {CANARY} /workspace /tmp /home /run /etc"
        )
        seen = await box.run(search, shell=True, timeout=30)
        assert CANARY not in seen.stdout.replace(f"grep -rs {CANARY}", "")
    finally:
        await box.close()
        if box.ref:
            await boxes.destroy(box.ref)
