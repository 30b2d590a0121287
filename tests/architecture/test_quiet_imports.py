"""Nothing happens at import time: no file is written, no socket opened, no thread or process started."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.architecture.rules import LIGHT, NOISY, SCRIPTS
from tests.architecture.tree import SOURCE, modules, within

WITNESS = """
import json, os, sys

LOUD = ("socket.connect", "socket.bind", "subprocess.Popen", "os.mkdir", "os.rename", "os.remove", "os.fork",
        "os.posix_spawn", "os.exec", "os.system", "sqlite3.connect")
seen = []

def hear(event, arguments):
    if event in LOUD:
        seen.append(f"{event} {arguments[0] if arguments else ''}")
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        seen.append(f"open {arguments[0]}")

sys.addaudithook(hear)
for name in json.loads(sys.argv[1]):
    __import__(name)
threads = len(os.listdir("/proc/self/task"))
print(json.dumps({"seen": seen, "threads": threads, "loaded": sorted({n.partition(".")[0] for n in sys.modules})}))
"""


def imported(names: list[str], folder: Path) -> dict[str, object]:
    """What a fresh interpreter did while it imported these, in an empty folder."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(SOURCE), "HOME": str(folder)}
    done = subprocess.run(
        [sys.executable, "-B", "-c", WITNESS, json.dumps(names)],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return told


def test_importing_everything_does_nothing(tmp_path: Path) -> None:
    everything = [m.name for m in modules() if m.name not in SCRIPTS and not within(m.room, NOISY)]
    told = imported(everything, tmp_path)
    assert told["seen"] == []
    assert told["threads"] == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("entry", ["gofer.main", "gofer.web.server", "gofer.kernel.kernel"])
def test_serving_loads_nothing_that_only_errands_need(entry: str, tmp_path: Path) -> None:
    loaded = imported([entry], tmp_path)["loaded"]
    assert isinstance(loaded, list)
    assert sorted({*LIGHT} & {*loaded}) == []
