"""`gofer up`: how it begins, how it is found, how it ends, and what keeps it from beginning."""

import asyncio
import json
import socket
import sqlite3
import stat
import time
from contextlib import closing
from pathlib import Path

import pytest
from tests.cli.program import Program, said

from gofer.cli import up
from gofer.main import build
from gofer.settings import load


def test_the_notice_is_the_owners_alone_and_goes_with_the_server(gofer: Program) -> None:
    with gofer.up() as server:
        notice = gofer.data / "server.json"
        assert stat.S_IMODE(notice.stat().st_mode) == 0o600
        begun = time.monotonic()
        server.terminate()
        out, _ = server.communicate(timeout=20)
    assert server.returncode == 0
    assert time.monotonic() - begun < 8
    assert "/login?ticket=" in out
    assert not notice.exists()


def test_an_open_stream_does_not_hold_up_the_end(gofer: Program) -> None:
    with gofer.up() as server:
        run_id = gofer("run", "choose", "--detach").stdout.strip()
        follower = gofer.start("events", run_id, "--follow")
        time.sleep(1.5)
        begun = time.monotonic()
        server.terminate()
        server.wait(timeout=20)
        assert time.monotonic() - begun < 8
        follower.terminate()
        follower.communicate()


def test_a_second_gofer_on_the_same_folder_is_refused(served: Program) -> None:
    said(served("up", "--port", "0"), 2, str(served.data), "already")


def test_an_errand_inside_the_process_is_refused_while_another_works_there(gofer: Program) -> None:
    with gofer.up():
        (gofer.data / "server.json").unlink()
        said(gofer("run", "chat", "message=hello"), 2, str(gofer.data), "Another gofer")
        assert gofer.json("runs") == {"runs": [], "next": None}


def test_a_notice_of_a_dead_gofer_does_not_count(gofer: Program) -> None:
    gofer.data.mkdir()
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    notice = {"url": f"http://127.0.0.1:{port}", "pid": 2**22 - 3, "token": "none"}
    (gofer.data / "server.json").write_text(json.dumps(notice))
    assert gofer.json("runs") == {"runs": [], "next": None}


async def test_the_notice_is_renewed_while_gofer_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(up, "RENEW_SECONDS", 0.1)
    settings = load({"GOFER_DATA": str(tmp_path)})
    async with build(settings, carry=False) as gofer:
        async with up._noticed(gofer, "http://127.0.0.1:1"):
            tokens = [_token(tmp_path)]
            while len(tokens) < 4:
                await asyncio.sleep(0.02)
                tokens += [_token(tmp_path)] if _token(tmp_path) != tokens[-1] else []
            assert await gofer.gateway.access.authenticate(tokens[-1]) is not None
            assert await gofer.gateway.access.authenticate(tokens[0]) is None
        assert await gofer.gateway.access.authenticate(tokens[-1]) is None


def test_an_address_of_another_machine_is_told(gofer: Program) -> None:
    gofer.configure('[server]\nhost = "192.0.2.1"\norigins = ["https://gofer.example"]\n')
    result = gofer("up", "--port", "0")
    assert result.returncode == 2
    assert "not an address of this machine" in result.stderr
    assert "[server] host" in result.stderr


def _token(folder: Path) -> str:
    return str(json.loads((folder / "server.json").read_text())["token"])


def test_a_taken_port_is_told(gofer: Program) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
        said(gofer("up", "--port", port), 2, f"port {port}: Address already in use.", "--port N")


def test_a_model_that_cannot_be_used_is_warned_of_and_gofer_serves_all_the_same(gofer: Program) -> None:
    gofer.configure('[models]\ndefault = "nonsense:x"\n')
    with gofer.up() as server:
        assert server.stderr is not None
        line = server.stderr.readline()
    assert line.startswith("warning: ")
    assert "nonsense:x" in line


def test_the_open_network_is_refused_without_tls(gofer: Program) -> None:
    gofer.configure('[server]\nhost = "0.0.0.0"\n')
    said(gofer("up", "--port", "0"), 2, "0.0.0.0", "TLS")


def test_a_broken_setting_is_told_with_its_line_and_key(gofer: Program) -> None:
    gofer.configure('[server]\nport = 8420\n\n[runs]\nconcurrent = "many"\n')
    said(gofer("up"), 2, "line 5", "runs.concurrent")
    gofer.configure("[server]\nprot = 8420\n")
    said(gofer("up"), 2, "line 2: server.prot: there is no such setting; did you mean port?\n")


def test_data_of_a_newer_gofer_is_left_alone(gofer: Program) -> None:
    assert gofer("runs").returncode == 0
    with closing(sqlite3.connect(gofer.data / "gofer.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    said(gofer("up", "--port", "0"), 2, "newer", "9999")


def test_a_worker_of_its_own_needs_postgresql(gofer: Program) -> None:
    said(gofer("worker"), 2, "PostgreSQL", "[storage] database")
