"""The real `gofer`, run as its users run it; what stays beside a test is the installed program itself."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.cli.warm import Warm

ROOT = Path(__file__).parents[2]
GOFER = Path(sys.executable).with_name("gofer")
KEYS = re.compile(r"^(ANTHROPIC|OPENAI|GOFER)_|^PYTHONDONTWRITEBYTECODE$")
POINTS = """[gofer.parts]
application.greet = tests.cli.errands:GREET
application.choose = tests.cli.errands:CHOOSE
application.give_up = tests.cli.errands:GIVE_UP
application.linger = tests.cli.errands:LINGER
application.cling = tests.cli.errands:CLING
"""

Result = subprocess.CompletedProcess[str]
WARM = Warm()


@dataclass
class Program:
    """gofer with a folder of its own: `folder/data` is its data, `folder/gofer.toml` its settings."""

    folder: Path
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    def configure(self, text: str) -> None:
        """Write its gofer.toml."""
        (self.folder / "gofer.toml").write_text(text)

    def __call__(self, *words: str) -> Result:
        """Run one command to its end."""
        code, out, err = WARM.run(list(words), self.folder, self._environment(), seconds=60)
        return Result([str(GOFER), *words], code, out, err)

    def json(self, *words: str) -> Any:
        """What a command that succeeds prints with --json."""
        result = self(*words, "--json")
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """Run a command beside the test."""
        command = [str(GOFER), *words]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=self.folder, env=self._environment(), stdout=pipe, stderr=pipe, text=True)

    @contextmanager
    def up(self) -> Iterator["subprocess.Popen[str]"]:
        """gofer serves, on a free port, for as long as the block runs."""
        server = self.start("up", "--port", "0")
        try:
            self._wait(server)
            yield server
        finally:
            server.terminate()
            server.communicate(timeout=20)

    def _wait(self, server: "subprocess.Popen[str]") -> None:
        deadline = time.monotonic() + 40
        while not (self.data / "server.json").exists():
            assert server.poll() is None, server.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not KEYS.match(name)}
        own = {"GOFER_DATA": str(self.data), "PYTHONPATH": f"{self._points()}:{ROOT}", "NO_COLOR": "1"}
        return inherited | own | self.extra

    def _points(self) -> Path:
        """A package that does nothing but add our applications."""
        parts = self.folder / "parts"
        info = parts / "errands-0.dist-info"
        if not info.exists():
            info.mkdir(parents=True)
            (info / "METADATA").write_text("Metadata-Version: 2.1\nName: errands\nVersion: 0\n")
            (info / "entry_points.txt").write_text(POINTS)
        return parts


def said(result: Result, code: int, *parts: str) -> None:
    """The command ended with this code, one clear sentence and a next step, and no traceback."""
    assert result.returncode == code, result
    assert re.fullmatch(r"error: .+\nnext: .+\n", result.stderr), result.stderr
    assert "Traceback" not in result.stderr + result.stdout
    for part in parts:
        assert part in result.stderr
