"""`gofer doctor`, and what every command has in common."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from tests.cli.program import Program, said

from gofer import __version__
from gofer.cli.doctor import GIGABYTE, _disk


def test_the_doctor_tells_what_it_found(gofer: Program) -> None:
    result = gofer("doctor", "--json")
    report = json.loads(result.stdout)
    checks = {check["name"]: check for check in report["checks"]}
    assert {"versions", "data folder", "disk", "database", "code sandbox", "artifacts", "model"} <= checks.keys()
    assert checks["application: greet"]["told"] == "Greets somebody."
    assert result.returncode == (0 if report["ok"] else 1)


def test_a_database_that_does_not_answer_makes_the_doctor_fail(gofer: Program) -> None:
    gofer.configure('[storage]\ndatabase = "postgresql://gofer@127.0.0.1:1/gofer"\n')
    result = gofer("doctor")
    assert result.returncode == 1
    assert "127.0.0.1:1" in result.stdout


@pytest.mark.parametrize(
    ("default", "told"),
    [("nonsense:x", "nonsense:x"), ("openai:gpt-typo", "price"), ("mistral:x", "pydantic-ai-slim[mistral]")],
)
def test_a_model_that_cannot_be_used_is_a_problem(gofer: Program, default: str, told: str) -> None:
    gofer.configure(f'[models]\ndefault = "{default}"\n')
    gofer.extra = {"OPENAI_API_KEY": "none"}
    result = gofer("doctor")
    assert result.returncode == 1
    assert told in next(line for line in result.stdout.splitlines() if line.startswith("model\tproblem"))


def test_a_place_for_files_that_takes_none_is_a_problem(gofer: Program) -> None:
    (gofer.folder / "file").write_text("no folder")
    gofer.configure(f'[storage]\nartifacts = "{gofer.folder / "file"}"\n')
    result = gofer("doctor")
    assert result.returncode == 1
    assert "artifacts\tproblem" in result.stdout


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('artifacts = "s3://"', "line 2: storage.artifacts: "),
        ('artifacts = "s3://b"\nartifact_options = { zz = 1 }', "line 3: storage.artifact_options: "),
        ('artifacts = "s3://b"\nartifact_options = { region = 1 }', "line 3: storage.artifact_options: "),
    ],
)
def test_a_store_that_cannot_be_is_told_with_line_and_key_and_needed_only_by_who_uses_it(
    gofer: Program, text: str, told: str
) -> None:
    gofer.configure(f"[storage]\n{text}\n")
    checked = gofer("doctor")
    assert checked.returncode == 1
    assert told in next(line for line in checked.stdout.splitlines() if line.startswith("artifacts\tproblem"))
    said(gofer("up", "--port", "0"), 2, told)
    assert gofer("runs").returncode == 0


def test_without_any_program_the_doctor_still_tells_everything(gofer: Program) -> None:
    gofer.extra = {"PATH": "/nonexistent"}
    result = gofer("doctor")
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "code sandbox\tproblem" in result.stdout
    assert "application: greet" in result.stdout


def test_a_password_is_shown_to_nobody_and_a_database_that_is_away_is_no_refusal(gofer: Program) -> None:
    gofer.configure('[storage]\ndatabase = "postgresql://nobody:pa/s@w0rd@127.0.0.1:1/x?password=w0rd"\n')
    result = gofer("runs")
    assert result.returncode == 2  # it has a “/” where none may be
    assert "w0rd" not in result.stderr
    gofer.configure('[storage]\ndatabase = "postgresql://nobody:w0rd@127.0.0.1:1/x?password=w0rd"\n')
    for words in (("runs",), ("up", "--port", "0"), ("doctor",)):
        result = gofer(*words)
        assert result.returncode == 1
        assert "w0rd" not in result.stderr + result.stdout
    assert "The data in postgresql://…@127.0.0.1:1/x?password=… cannot be opened." in gofer("runs").stderr


@pytest.mark.parametrize("name", ["gofer.db", "steps.db"])
def test_a_damaged_database_is_called_so(gofer: Program, name: str) -> None:
    assert gofer("runs").returncode == 0
    (gofer.data / name).write_text("no database at all\n" * 100)
    told = f"The database {gofer.data / name} is damaged: file is not a database."
    said(gofer("up", "--port", "0"), 2, told, "copy")
    assert f"database\tproblem\t{told}" in gofer("doctor").stdout


def test_data_of_a_newer_gofer_is_a_problem(gofer: Program) -> None:
    gofer("runs")
    with closing(sqlite3.connect(gofer.data / "gofer.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    result = gofer("doctor")
    assert result.returncode == 1
    assert "9999" in result.stdout


@pytest.mark.parametrize(("free", "verdict"), [(0, "problem"), (GIGABYTE, "note"), (9 * GIGABYTE, "ok")])
def test_a_full_disk_is_a_problem_and_a_small_one_is_told(tmp_path: Path, free: int, verdict: str) -> None:
    assert _disk(tmp_path, free).verdict == verdict


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
