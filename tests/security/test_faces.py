"""Face by operation by scope, on a real kernel: only the very scope, or `*`, opens an operation, a page or a stream.

The command line is no face of its own here: it speaks REST.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.kernel.applications import APPLICATIONS
from tests.web.conftest import serving

from gofer.core.clock import SystemClock
from gofer.core.operation import Operation
from gofer.core.principal import EVERYTHING, OWNER, Principal
from gofer.core.run import Run
from gofer.kernel.access import SCOPES, SESSION_SECONDS
from gofer.kernel.files import Files
from gofer.testing.harness import Harness, Setup, harness
from gofer.web.auth import COOKIE
from gofer.web.gateway import Gateway
from gofer.web.server import create_app
from gofer.web.standing import LOOK_SECONDS, Standing


class TurnedClock(SystemClock):
    """The clock, put forward by a test."""

    ahead = timedelta()

    def now(self) -> datetime:
        """Now, and then some."""
        return super().now() + self.ahead


BODIES: dict[str, dict[str, Any]] = {
    "run.start": {"app": "add"},
    "run.answer": {"answer": "yes"},
    "run.control": {"action": "take"},
    "token.create": {"name": "helper", "scopes": ["tokens:write"]},
}
REFUSED = (401, 403)
HTML, EVENTS, ANY = "text/html", "text/event-stream", "*/*"


@dataclass(frozen=True)
class Face:
    """An address that is no row of the table, and the scope that opens it."""

    method: str
    path: str
    scope: str
    accept: str = HTML


FACES = (
    Face("GET", "/", "runs:read"),
    Face("GET", "/runs/{id}", "runs:read"),
    Face("GET", "/playbooks", "playbooks:read"),
    Face("GET", "/playbooks/none", "playbooks:read"),
    Face("GET", "/sessions", "sessions:read"),
    Face("GET", "/api/v1/runs", "runs:read", EVENTS),
    Face("GET", "/api/v1/runs/{id}/events", "runs:read", EVENTS),
    Face("GET", "/artifacts/{file}", "runs:read", ANY),
    Face("POST", "/runs/{id}/vnc-ticket", "runs:read", ANY),
    Face("GET", "/metrics", "system:read", ANY),
)
OPEN_TO_ALL = {"/login", "/logout", "/health", "/openapi.json", "/runs/{id}/vnc"}
"""The desktop's WebSocket takes only a ticket, which `tests/web/test_live.py` walks."""


def gateway(gofer: Harness, novnc: Path) -> Gateway:
    kernel = gofer.kernel
    return Gateway(
        operations=gofer.operations,
        access=kernel.access,
        feed=kernel.parts.log,
        desktops=kernel.desktops,
        files=Files(kernel.parts.database, kernel.parts.artifacts),
        novnc=novnc,
        applications=kernel.parts.applications,
    )


@pytest.fixture
async def gofer(folder: Path) -> AsyncIterator[Harness]:
    """A kernel at work."""
    async with harness(Setup(folder, APPLICATIONS)) as ready:
        yield ready


@pytest.fixture
async def client(gofer: Harness, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A caller without any token."""
    transport = httpx.ASGITransport(create_app(gateway(gofer, tmp_path)))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as ready:
        yield ready


async def ask(client: httpx.AsyncClient, operation: Operation, run_id: str, token: str | None) -> int:
    path = operation.path.replace("{id}", run_id).replace("{name}", "nobody")
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    body = None if operation.method == "GET" else BODIES.get(operation.name, {})
    answer = await client.request(operation.method, f"/api/v1{path}", json=body, headers=headers)
    return answer.status_code


async def test_every_operation_needs_its_very_scope(gofer: Harness, client: httpx.AsyncClient) -> None:
    run = await gofer.run("add")
    for operation in gofer.operations.values():
        assert await ask(client, operation, run.id, None) == 401
        assert await ask(client, operation, run.id, "gofer_wrong") == 401
        for scope in SCOPES:
            name = f"{operation.name}-{scope}".replace("*", "all").replace(":", "-")
            token = await gofer.kernel.access.create_token(OWNER, name, [scope])
            status = await ask(client, operation, run.id, token)
            opened = status not in REFUSED
            assert opened == (scope in (operation.scope, EVERYTHING)), (operation.name, scope, status)


async def knock(client: httpx.AsyncClient, face: Face, run: Run, headers: dict[str, str]) -> int:
    """The status that a face answers with; a stream is not read to its end, which never comes."""
    path = face.path.replace("{id}", run.id).replace("{file}", "no-such-file")
    sent = {"Accept": face.accept, "Origin": str(client.base_url).rstrip("/")} | headers
    async with client.stream(face.method, path, headers=sent) as answer:
        return answer.status_code


@pytest.mark.parametrize("face", FACES, ids=lambda face: f"{face.method} {face.path} {face.accept}")
async def test_every_page_stream_and_file_needs_its_very_scope(face: Face, gofer: Harness, tmp_path: Path) -> None:
    run = await gofer.start("ask")
    access = gofer.kernel.access
    async with serving(gateway(gofer, tmp_path)) as site, httpx.AsyncClient(base_url=site) as client:
        door = 303 if face.accept == HTML and face.method == "GET" else 401
        assert await knock(client, face, run, {}) == door
        assert await knock(client, face, run, {"Cookie": f"{COOKIE}=wrong"}) == door
        for scope in SCOPES:
            name = scope.replace("*", "all").replace(":", "-")
            token = await access.create_token(OWNER, name, [scope])
            session = await access.session(Principal(id=name, scopes=frozenset({scope})))
            for headers in ({"Authorization": f"Bearer {token}"}, {"Cookie": f"{COOKIE}={session}"}):
                status = await knock(client, face, run, headers)
                opened = status not in (*REFUSED, 303)
                assert opened == (scope in (face.scope, EVERYTHING)), (scope, status)


def test_the_walk_over_pages_and_streams_leaves_no_address_out(gofer: Harness, tmp_path: Path) -> None:
    routes = create_app(gateway(gofer, tmp_path)).routes
    served = {path for route in routes if not (path := str(getattr(route, "path", ""))).startswith("/api/v1")}
    paths = {face.path.replace("{file}", "{id}").replace("none", "{name}") for face in FACES}
    walked = {path for path in paths if not path.startswith("/api/v1")}
    assert {path for path in served if not path.startswith(("/static", "/novnc"))} == walked | OPEN_TO_ALL


async def test_a_token_grants_no_more_than_its_maker_has(gofer: Harness, client: httpx.AsyncClient) -> None:
    token = await gofer.kernel.access.create_token(OWNER, "clerk", ["tokens:write"])
    wanted = {"name": "helper", "scopes": ["*"]}
    answer = await client.post("/api/v1/tokens", json=wanted, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "ERR_FORBIDDEN"


async def test_a_revoked_token_opens_nothing(gofer: Harness, client: httpx.AsyncClient) -> None:
    token = await gofer.kernel.access.create_token(OWNER, "guest", ["runs:read"])
    headers = {"Authorization": f"Bearer {token}"}
    assert (await client.get("/api/v1/runs", headers=headers)).status_code == 200
    await gofer.kernel.access.revoke_token(OWNER, "guest")
    assert (await client.get("/api/v1/runs", headers=headers)).status_code == 401


async def test_a_session_past_its_time_is_lost_to_what_it_opened(folder: Path) -> None:
    clock = TurnedClock()
    async with harness(Setup(folder, APPLICATIONS, clock=clock)) as gofer:
        session = await gofer.kernel.access.session(OWNER)
        watching = asyncio.create_task(Standing(gofer.kernel.access).lost(session))
        await asyncio.sleep(LOOK_SECONDS + 0.2)
        assert not watching.done()
        clock.ahead = timedelta(seconds=SESSION_SECONDS + 1)
        async with asyncio.timeout(LOOK_SECONDS + 1):
            await watching


async def test_revoking_a_token_loses_its_sessions_too(gofer: Harness) -> None:
    access = gofer.kernel.access
    token = await access.create_token(OWNER, "guest", ["runs:read"])
    guest = await access.authenticate(token)
    assert guest is not None
    secrets = (token, await access.session(guest))
    watching = [asyncio.create_task(Standing(access).lost(secret)) for secret in secrets]
    await access.revoke_token(OWNER, "guest")
    async with asyncio.timeout(LOOK_SECONDS + 1):
        await asyncio.gather(*watching)


async def test_a_ticket_works_once_for_its_own_purpose(gofer: Harness) -> None:
    access = gofer.kernel.access
    ticket = await access.ticket(OWNER, "login", 60)
    assert await access.redeem(ticket, "vnc:r-1") is None
    assert await access.authenticate(ticket) is None
    found = await access.redeem(ticket, "login")
    assert found == OWNER
    assert await access.redeem(ticket, "login") is None


async def test_a_ticket_past_its_time_is_worthless(gofer: Harness) -> None:
    ticket = await gofer.kernel.access.ticket(OWNER, "login", -1)
    assert await gofer.kernel.access.redeem(ticket, "login") is None


async def test_one_principal_cannot_read_anothers_run(gofer: Harness, client: httpx.AsyncClient) -> None:
    run = await gofer.run("remember")
    (artifact,) = await gofer.call("run.artifacts", id=run.id)
    scopes = ["runs:read", "runs:write", "runs:control"]
    token = await gofer.kernel.access.create_token(OWNER, "neighbour", scopes)
    headers = {"Authorization": f"Bearer {token}"}
    for path in ("", "/events", "/artifacts"):
        assert (await client.get(f"/api/v1/runs/{run.id}{path}", headers=headers)).status_code == 404
    assert (await client.post(f"/api/v1/runs/{run.id}/cancel", json={}, headers=headers)).status_code == 404
    assert (await client.get(f"/artifacts/{artifact.id}", headers=headers)).status_code == 404
