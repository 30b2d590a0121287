"""REST: every operation has its route, its scope and its errors."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from tests.web import filming

from gofer.core.artifact import Artifact
from gofer.core.principal import OWNER
from gofer.core.question import Question
from gofer.core.run import Status
from gofer.ops.runs import StartRun
from gofer.testing.fake_gateway import FakeGofer

SCOPES = ("runs:read", "runs:write", "runs:control", "tokens:write", "system:read", "playbooks:read", "sessions:read")
CALLS: dict[str, tuple[str, str, dict[str, Any] | None, int]] = {
    "run.start": ("POST", "/runs", {"app": "browse", "input": {"goal": "look"}}, 202),
    "run.list": ("GET", "/runs", None, 200),
    "run.show": ("GET", "/runs/run-0001", None, 200),
    "run.events": ("GET", "/runs/run-0001/events", None, 200),
    "run.cancel": ("POST", "/runs/run-0001/cancel", None, 202),
    "run.retry": ("POST", "/runs/run-0001/retry", {"input": {"goal": "again"}}, 202),
    "run.answer": ("POST", "/runs/run-0001/answers", {"answer": "yes"}, 200),
    "run.control": ("POST", "/runs/run-0001/control", {"action": "take"}, 200),
    "run.artifacts": ("GET", "/runs/run-0001/artifacts", None, 200),
    "run.metrics": ("GET", "/runs/run-0001/metrics", None, 200),
    "playbook.list": ("GET", "/playbooks", None, 200),
    "playbook.show": ("GET", "/playbooks/price_watch", None, 200),
    "playbook.save": ("POST", "/playbooks/price_watch", {"text": filming.SECOND}, 200),
    "playbook.delete": ("POST", "/playbooks/price_watch/delete", None, 200),
    "session.list": ("GET", "/sessions", None, 200),
    "session.delete": ("POST", "/sessions/shop/delete", None, 200),
    "token.create": ("POST", "/tokens", {"name": "helper", "scopes": ["runs:read"]}, 201),
    "token.revoke": ("POST", "/tokens/helper/revoke", None, 200),
    "system.status": ("GET", "/system", None, 200),
    "system.totals": ("GET", "/totals", None, 200),
}


async def asked(gofer: FakeGofer) -> None:
    """One run of the owner's with an open question, and a file."""
    run = await gofer.log.add("browse", {"goal": "look"}, status=Status.RUNNING)
    await gofer.files.save(run.id, "a.txt", b"hello", "text/plain")
    await gofer.operations.ask(run.id, Question(text="Go on?", choices=("yes", "no")))
    filming.keep(gofer)


def as_(token: str) -> dict[str, str]:
    """The header of a token."""
    return {"Authorization": f"Bearer {token}"}


def test_this_walk_leaves_no_operation_out(gofer: FakeGofer) -> None:
    assert CALLS.keys() == gofer.gateway.operations.keys()


@pytest.mark.parametrize("name", CALLS)
async def test_an_operation_needs_a_token_with_its_very_scope(
    name: str, gofer: FakeGofer, stranger: httpx.AsyncClient
) -> None:
    await asked(gofer)
    method, path, body, status = CALLS[name]
    scope = gofer.gateway.operations[name].scope

    async def ask(*scopes: str) -> httpx.Response:
        token = gofer.access.token(OWNER.id, *scopes)
        return await stranger.request(method, f"/api/v1{path}", json=body, headers=as_(token))

    nobody = await stranger.request(method, f"/api/v1{path}", json=body)
    wrong = await ask(*(other for other in SCOPES if other != scope))
    forged = await stranger.request(method, f"/api/v1{path}", json=body, headers=as_("guess"))
    assert [nobody.status_code, forged.status_code, wrong.status_code] == [401, 401, 403]
    assert nobody.json()["error"]["code"] == "ERR_UNAUTHENTICATED"
    assert scope in wrong.json()["error"]["message"]
    gofer.log.runs["run-0001"] = gofer.log.runs["run-0001"].model_copy(update={"principal": OWNER.id})
    right = await ask(scope)
    assert right.status_code == status, right.text


async def test_a_run_has_the_fields_that_others_rely_on(client: httpx.AsyncClient) -> None:
    run = (await client.post("/api/v1/runs", json={"app": "chat", "input": {"message": "hi"}})).json()
    named = "id app status waiting_for input output error cost created_at started_at ended_at retry_of queue_position"
    assert set(named.split()) <= run.keys()
    assert run["cost"].keys() >= {"usd", "input_tokens", "output_tokens"}
    events = (await client.get(f"/api/v1/runs/{run['id']}/events")).json()
    assert [event.keys() for event in events] == [{"seq", "type", "at", "run_id", "data"}]


@pytest.mark.parametrize(
    ("method", "path", "body", "said"),
    [
        ("POST", "/runs", {"input": {}}, "The field `app` is missing."),
        ("POST", "/runs", {"app": "chat", "shell": "x"}, "There is no field `shell`; run.start takes `app`"),
        ("POST", "/runs", {"app": "chat", "priority": 12}, "The field `priority` is wrong"),
        ("POST", "/runs", {"app": "chat", "priority": "5"}, "The field `priority` is wrong"),
        ("POST", "/runs", {"app": "chat", "key": ""}, "The field `key` is wrong"),
        ("POST", "/runs", {"app": "chat", "input": {"a": [{"b": "x\0"}]}}, "The field `input` holds a NUL character."),
        ("POST", "/runs", {"app": "chat", "input": {"a\0": 1}}, "The field `input` holds a NUL character."),
        ("POST", "/runs", {"app": "chat", "input": "x"}, "The field `input` is wrong"),
        ("GET", "/runs?status=odd", None, "The field `status` is wrong"),
        ("GET", "/runs?approved=true", None, "There is no field `approved`"),
        ("GET", "/runs?limit=1&limit=2", None, "given more than once"),
        ("POST", "/runs/x/cancel", {"id": "y"}, "The field `id` is part of the address"),
        ("POST", "/runs/run-0001/control", {"action": "steal"}, "The field `action` is wrong"),
        ("POST", "/runs", [], "The body must be a JSON object."),
        ("GET", "/runs/run-0001/events?after=38843802073673391121027636920320", None, "The field `after` is wrong"),
        ("GET", "/runs/run%00-0001", None, "The field `id` holds a NUL character."),
    ],
)
async def test_bad_input_gets_one_sentence_that_names_the_field(
    method: str, path: str, body: Any, said: str, client: httpx.AsyncClient
) -> None:
    answer = await client.request(method, f"/api/v1{path}", json=body)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error.keys() == {"code", "message", "next_step"}
    assert error["code"] == "ERR_INVALID_INPUT"
    assert said in error["message"]


@pytest.mark.parametrize("body", [b"{", b"[" * 100_000, b'{"app": NaN}', b"\xff\xfe"])
async def test_a_body_that_is_no_json_is_refused(body: bytes, client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/runs", content=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "ERR_INVALID_INPUT")


async def test_a_large_body_is_refused(client: httpx.AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b" " * 100_000

    for content in (b" " * 1_100_000, pieces()):
        answer = await client.post("/api/v1/runs", content=content)
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "ERR_TOO_LARGE")
        assert "larger than 1,048,576 bytes" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json", 202),
        ("application/json; charset=utf-8", 202),
        ("Application/Merge-Patch+JSON", 202),
        ("application/x-www-form-urlencoded", 415),
        ("text/plain", 415),
        ("multipart/form-data; boundary=x", 415),
        ("", 415),
    ],
)
async def test_a_body_of_another_type_is_refused(kind: str, status: int, client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/runs", content=b'{"app": "chat"}', headers={"Content-Type": kind})
    assert answer.status_code == status
    if status == 415:
        assert answer.json()["error"]["code"] == "ERR_NOT_JSON"
        assert "Content-Type: application/json" in answer.json()["error"]["next_step"]


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("DELETE", "/api/v1/runs", "GET, HEAD, POST"),
        ("PUT", "/api/v1/runs/run-0001/cancel", "POST"),
        ("POST", "/api/v1/system", "GET, HEAD"),
        ("PATCH", "/login", "GET, HEAD, POST"),
        ("POST", "/health", "GET, HEAD"),
        ("GET", "/logout", "POST"),
        ("POST", "/static/run.js", "GET, HEAD"),
    ],
)
async def test_a_known_address_names_the_methods_that_it_takes(
    method: str, path: str, allow: str, client: httpx.AsyncClient
) -> None:
    answer = await client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allow)
    assert answer.json()["error"]["code"] == "ERR_WRONG_METHOD"
    assert answer.json()["error"].keys() == {"code", "message", "next_step"}


async def test_head_is_served_wherever_get_is(gofer: FakeGofer, client: httpx.AsyncClient) -> None:
    await asked(gofer)
    paths = [f"/api/v1{path}" for method, path, *_ in CALLS.values() if method == "GET"]
    pages = ["/", "/login", "/health", "/metrics", "/openapi.json", "/artifacts/file-1", "/runs/run-0001"]
    for path in (*paths, *pages, "/static/run.js"):
        answer = await client.head(path, headers={"Accept": "text/event-stream"}, timeout=5)
        assert (answer.status_code, answer.content) == (200, b""), path


async def test_errors_of_operations_keep_their_status_and_shape(client: httpx.AsyncClient) -> None:
    unknown = await client.post("/api/v1/runs", json={"app": "weather"})
    absent = await client.get("/api/v1/runs/none")
    nowhere = await client.get("/api/v1/runs/")
    wrong = await client.delete("/api/v1/runs")
    codes = [answer.json()["error"]["code"] for answer in (unknown, absent, nowhere, wrong)]
    assert codes == ["ERR_UNKNOWN_APP", "ERR_UNKNOWN_RUN", "ERR_NOT_FOUND", "ERR_WRONG_METHOD"]


async def test_a_fault_of_ours_is_never_shown_raw(gofer: FakeGofer, client: httpx.AsyncClient) -> None:
    gofer.operations.broken = True
    answer = await client.get("/api/v1/runs")
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "ERR_BROKEN")
    assert "the reason" not in answer.text
    assert "Traceback" not in answer.text


async def test_other_peoples_runs_are_out_of_reach(gofer: FakeGofer, stranger: httpx.AsyncClient) -> None:
    await asked(gofer)
    mine = as_(gofer.access.token("somebody", *SCOPES))
    assert (await stranger.get("/api/v1/runs", headers=mine)).json()["runs"] == []
    assert (await stranger.get("/api/v1/runs/run-0001", headers=mine)).status_code == 404
    stream = {**mine, "Accept": "text/event-stream"}
    assert (await stranger.get("/api/v1/runs/run-0001/events", headers=stream)).status_code == 404
    assert (await stranger.get("/artifacts/file-1", headers=mine)).status_code == 404
    assert (await stranger.post("/runs/run-0001/vnc-ticket", headers=mine)).status_code == 404


async def test_openapi_shows_every_operation_with_its_true_models(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    shown = {entry["operationId"]: entry for path in document["paths"].values() for entry in path.values()}
    besides = {"system.health", "system.metrics", "artifact.read", "run.vnc-ticket"}
    assert shown.keys() == CALLS.keys() | besides
    body = shown["run.start"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["properties"].keys() == StartRun.model_fields.keys()
    assert body["additionalProperties"] is False
    assert [field["name"] for field in shown["run.events"]["parameters"]] == ["id", "after", "limit"]
    answer = shown["run.show"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert answer == {"$ref": "#/components/schemas/Run"}
    assert "queue_position" in document["components"]["schemas"]["Run"]["properties"]


async def test_health_tells_strangers_little_and_says_503_when_down(
    gofer: FakeGofer, stranger: httpx.AsyncClient
) -> None:
    healthy = await stranger.get("/health")
    assert healthy.status_code == 200
    assert healthy.json().keys() == {"status", "version", "sandbox_ready", "active_runs", "stuck_runs"}
    gofer.operations.status = gofer.operations.status.model_copy(update={"status": "down"})
    assert (await stranger.get("/health")).status_code == 503


async def test_metrics_need_a_scope(client: httpx.AsyncClient, stranger: httpx.AsyncClient) -> None:
    assert (await stranger.get("/metrics")).status_code == 401
    told = (await client.get("/metrics")).text
    assert 'gofer_runs{state="active"} 0.0' in told
    assert "gofer_pages_total 3.0" in told
    assert "_created" not in told


@pytest.mark.parametrize(
    ("name", "kind", "shown"),
    [
        ("shot.png", "image/png", "inline"),
        ("prices.csv", "text/csv; charset=utf-8", "inline"),
        ("page.html", "text/html", "attachment"),
        ("logo.svg", "image/svg+xml", "attachment"),
        ("paper.pdf", "application/pdf", "attachment"),
        ("odd", "text/html\r\nSet-Cookie: a=b", "attachment"),
    ],
)
async def test_a_file_is_shown_only_when_it_cannot_act(
    name: str, kind: str, shown: str, gofer: FakeGofer, client: httpx.AsyncClient
) -> None:
    run = await gofer.log.add("browse", {})
    file = await gofer.files.save(run.id, name, b"0123456789", kind)
    answer = await client.get(f"/artifacts/{file.id}")
    assert answer.content == b"0123456789"
    assert answer.headers["content-length"] == "10"
    assert answer.headers["content-disposition"].startswith(f"{shown};")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("sandbox;")
    assert "set-cookie" not in answer.headers
    again = await client.get(f"/artifacts/{file.id}", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    forced = await client.get(f"/artifacts/{file.id}?download")
    assert forced.headers["content-disposition"].startswith("attachment;")


async def test_a_files_name_cannot_break_out_of_its_header(gofer: FakeGofer, client: httpx.AsyncClient) -> None:
    run = await gofer.log.add("browse", {})
    file: Artifact = await gofer.files.save(run.id, '../"x\r\nEvil: 1\u20ac.csv', b"a", "text/csv")
    answer = await client.get(f"/artifacts/{file.id}")
    assert "evil" not in answer.headers
    expected = "inline; filename=\"_x__Evil_ 1_.csv\"; filename*=UTF-8''%22x%0D%0AEvil%3A%201%E2%82%AC.csv"
    assert answer.headers["content-disposition"] == expected
