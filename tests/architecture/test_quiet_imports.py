"""Nothing happens at import time: no file is written, no socket opened, no thread or process started."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.architecture.rules import LIGHT, SCRIPTS
from tests.architecture.tree import SOURCE, modules

WITNESS = """
import json, os, sys

LOUD = ("socket.connect", "socket.bind", "subprocess.Popen", "os.mkdir", "os.rename", "os.remove", "os.fork",
        "os.posix_spawn", "os.exec", "os.system", "sqlite3.connect")
OURS = os.sep + os.path.join("src", "gofer") + os.sep
seen = []

def being_imported():
    frame = sys._getframe(2)
    while frame and frame.f_code.co_name != "<module>":
        frame = frame.f_back
    return frame.f_code.co_filename if frame else ""

def writes(arguments):
    return isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)

def hear(event, arguments):
    if event in LOUD or (event == "open" and writes(arguments)):
        if OURS in (module := being_imported()):
            seen.append(f"{module}: {event} {arguments[0] if arguments else ''}")

sys.addaudithook(hear)
for name in json.loads(sys.argv[1]):
    __import__(name)
threads = len(os.listdir("/proc/self/task"))
print(json.dumps({"seen": seen, "threads": threads, "loaded": sorted({n.partition(".")[0] for n in sys.modules})}))
"""
"""Hears what happens while a module of ours is the innermost one being imported: libraries may look about."""


def imported(names: list[str], folder: Path, source: Path = SOURCE) -> dict[str, object]:
    """What a fresh interpreter did while it imported these, in an empty folder."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(source), "HOME": str(folder)}
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
    everything = [m.name for m in modules() if m.name not in SCRIPTS]
    told = imported(everything, tmp_path)
    assert told["seen"] == []
    assert told["threads"] == 1
    assert list(tmp_path.iterdir()) == []


def test_serving_loads_nothing_that_only_errands_need(tmp_path: Path) -> None:
    loaded = imported(["gofer.main", "gofer.web.server"], tmp_path)["loaded"]
    assert isinstance(loaded, list)
    assert sorted({*LIGHT} & {*loaded}) == []


def test_a_module_that_does_something_would_be_heard(tmp_path: Path) -> None:
    package = tmp_path / "src" / "gofer"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "loud.py").write_text("open('written', 'w')\n")
    assert str(imported(["gofer.loud"], tmp_path, tmp_path / "src")["seen"]).endswith("loud.py: open written']")
