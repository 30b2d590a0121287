"""A process that has gofer imported and forks each command from itself: a test that runs six of them imports once."""

import atexit
import importlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

MODULES = ("gofer.cli.entry", "gofer.main", "gofer.web.server", "playwright.async_api")
ROOT = Path(__file__).parents[2]


@dataclass
class Order:
    """One command, and where what it says and its exit code go."""

    words: list[str]
    folder: str
    environment: dict[str, str]
    out: str


class Warm:
    """Runs commands to their end as their users would, but for the second that Python takes to import gofer."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._count = 0

    def run(self, words: list[str], folder: Path, environment: dict[str, str], seconds: float) -> tuple[int, str, str]:
        """Exit code, standard output and standard error."""
        out = self._ask(words, folder, environment)
        code, deadline = Path(f"{out}.code"), time.monotonic() + seconds
        while not code.exists():
            assert time.monotonic() < deadline, f"gofer {words} takes too long"
            time.sleep(0.005)
        said, complained = (Path(f"{out}.{name}").read_text(errors="replace") for name in ("stdout", "stderr"))
        return int(code.read_text()), said, complained

    def _ask(self, words: list[str], folder: Path, environment: dict[str, str]) -> str:
        with self._lock:
            self._count += 1
            commands = folder / "commands"
            commands.mkdir(exist_ok=True)
            out = str(commands / str(self._count))
            process = self._process = self._process or _begun()
            assert process.stdin
            process.stdin.write(json.dumps(asdict(Order(words, str(folder), environment, out))) + "\n")
            process.stdin.flush()
            return out


def _begun() -> "subprocess.Popen[str]":
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.cli.warm"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, text=True)
    atexit.register(process.terminate)
    return process


def serve() -> None:
    """Fork a process for each order until stdin ends."""
    for name in MODULES:
        importlib.import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _attend(Order(**json.loads(line)))
            os._exit(0)


def _attend(order: Order) -> None:
    if (child := os.fork()) == 0:
        _become(order)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    Path(f"{order.out}.part").write_text(str(code))
    os.rename(f"{order.out}.part", f"{order.out}.code")


def _become(order: Order) -> None:
    """The command itself, in its own folder, session, environment and files."""
    os.setsid()
    os.chdir(order.folder)
    os.environ.clear()
    os.environ.update(order.environment)
    sys.path[:0] = order.environment.get("PYTHONPATH", "").split(":")
    sys.argv = ["gofer", *order.words]
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(f"{order.out}.{name}", os.O_CREAT | os.O_WRONLY, 0o600), number)
    _leave()


def _leave() -> None:
    code = 70
    try:
        importlib.import_module(MODULES[0]).main()
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve()
