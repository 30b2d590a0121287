"""`gofer doctor`, and what every command has in common."""

import json
import subprocess
import sys

from tests.cli.program import Program, said

from gofer import __version__


def test_the_doctor_tells_what_it_found(gofer: Program) -> None:
    result = gofer("doctor", "--json")
    report = json.loads(result.stdout)
    checks = {check["name"]: check for check in report["checks"]}
    assert {"versions", "data folder", "disk", "database", "code sandbox", "model", "applications"} <= checks.keys()
    assert "greet" in checks["applications"]["told"]
    assert result.returncode == (0 if report["ok"] else 1)


def test_a_database_that_does_not_answer_makes_the_doctor_fail(gofer: Program) -> None:
    gofer.configure('[storage]\ndatabase = "postgresql://gofer@127.0.0.1:1/gofer"\n')
    result = gofer("doctor")
    assert result.returncode == 1
    assert "127.0.0.1:1" in result.stdout


def test_an_unknown_provider_is_told_and_not_raised(gofer: Program) -> None:
    gofer.configure('[sandboxes]\nprovider = "moon"\n')
    result = gofer("doctor")
    assert result.returncode == 1
    assert "'moon'" in result.stdout


def test_help_and_version_load_nothing_heavy() -> None:
    heavy = {"dbos", "fastapi", "pydantic_ai", "sqlalchemy", "uvicorn", "httpx2", "pydantic"}
    script = f"import sys, gofer.cli.entry; print(sorted({heavy!r} & sys.modules.keys()))"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True)
    assert result.stdout.strip() == "[]"


def test_the_version_is_gofers(gofer: Program) -> None:
    assert gofer("--version").stdout.strip() == f"gofer {__version__}"


def test_a_folder_that_cannot_be_used_is_told(gofer: Program) -> None:
    gofer.data.write_text("a file, not a folder")
    said(gofer("runs"), 2, str(gofer.data))
