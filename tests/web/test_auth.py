"""The door: tickets, cookies, and pages and names that are not ours."""

import httpx
import pytest
from tests.web.conftest import serving

from gofer.core.principal import OWNER
from gofer.testing.fake_gateway import FakeGofer
from gofer.web.auth import COOKIE

HTML = {"Accept": "text/html"}


async def login(gofer: FakeGofer, browser: httpx.AsyncClient) -> httpx.Response:
    """Log in by a fresh ticket."""
    ticket = await gofer.access.ticket(OWNER, "login", 60)
    return await browser.get("/login", params={"ticket": ticket}, headers=HTML)


async def test_a_login_ticket_works_once(gofer: FakeGofer, stranger: httpx.AsyncClient) -> None:
    ticket = await gofer.access.ticket(OWNER, "login", 60)
    first = await stranger.get("/login", params={"ticket": ticket})
    assert (first.status_code, first.headers["location"]) == (303, "/")
    cookie = first.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert all(part in cookie for part in ("HttpOnly", "SameSite=strict", "Path=/"))
    assert ticket not in cookie
    assert (await stranger.get("/", headers=HTML)).status_code == 200
    stranger.cookies.clear()
    second = await stranger.get("/login", params={"ticket": ticket})
    assert second.status_code == 401
    assert "gofer ticket" in second.text
    assert "set-cookie" not in second.headers


@pytest.mark.parametrize("purpose", ["vnc:run-0001", "other"])
async def test_a_ticket_for_something_else_opens_no_door(
    purpose: str, gofer: FakeGofer, stranger: httpx.AsyncClient
) -> None:
    ticket = await gofer.access.ticket(OWNER, purpose, 60)
    assert (await stranger.get("/login", params={"ticket": ticket})).status_code == 401


async def test_a_link_preview_uses_up_no_ticket(gofer: FakeGofer, stranger: httpx.AsyncClient) -> None:
    ticket = await gofer.access.ticket(OWNER, "login", 60)
    await stranger.head("/login", params={"ticket": ticket})
    assert (await stranger.get("/login", params={"ticket": ticket})).status_code == 303


async def test_an_expired_ticket_shows_the_next_step(gofer: FakeGofer, stranger: httpx.AsyncClient) -> None:
    ticket = await gofer.access.ticket(OWNER, "login", -1)
    answer = await stranger.get("/login", params={"ticket": ticket})
    assert answer.status_code == 401
    assert "gofer ticket" in answer.text


async def test_a_page_without_login_leads_to_the_door(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/runs/run-0001", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


async def test_a_token_can_be_typed_into_our_own_form_only(
    gofer: FakeGofer, site: str, stranger: httpx.AsyncClient
) -> None:
    form = {"secret": gofer.access.token("owner", "*")}
    assert (await stranger.post("/login", data=form)).status_code == 403
    assert (await stranger.post("/login", data=form, headers={"Origin": "http://evil.example"})).status_code == 403
    assert (await stranger.post("/login", data={"secret": "x"}, headers={"Origin": site})).status_code == 401
    assert (await stranger.post("/login", data=form, headers={"Origin": site})).status_code == 303


async def test_logging_out_ends_the_session(gofer: FakeGofer, site: str, stranger: httpx.AsyncClient) -> None:
    await login(gofer, stranger)
    secret = stranger.cookies[COOKIE]
    assert (await stranger.post("/logout")).status_code == 403
    assert (await stranger.post("/logout", headers={"Origin": site})).status_code == 303
    assert await gofer.access.authenticate(secret) is None


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Origin": "chrome-extension://HOST"}, 403),
        ({"Origin": "http://HOST.evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 202),
        ({"Origin": "http://HOST"}, 202),
        ({"Origin": "https://gofer.example"}, 202),
    ],
)
async def test_a_cookie_changes_things_only_from_our_own_page(
    headers: dict[str, str], status: int, gofer: FakeGofer
) -> None:
    async with (
        serving(gofer.gateway_with(origins=("https://gofer.example",))) as url,
        httpx.AsyncClient(base_url=url) as browser,
    ):
        await login(gofer, browser)
        host = url.removeprefix("http://")
        sent = {name: value.replace("HOST", host) for name, value in headers.items()}
        answer = await browser.post("/api/v1/runs", json={"app": "chat"}, headers=sent)
        assert answer.status_code == status
        assert (await browser.get("/api/v1/runs")).status_code == 200


async def test_without_tokens_other_sites_are_still_refused(gofer: FakeGofer) -> None:
    async with (
        serving(gofer.gateway_with(anonymous=OWNER)) as url,
        httpx.AsyncClient(base_url=url) as anybody,
    ):
        evil = {"Origin": "http://evil.example"}
        assert (await anybody.post("/api/v1/runs", json={"app": "chat"})).status_code == 202
        assert (await anybody.post("/api/v1/runs", json={"app": "chat"}, headers=evil)).status_code == 403
        wrong = {"Authorization": "Bearer wrong"}
        assert (await anybody.get("/api/v1/runs", headers=wrong)).status_code == 401


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("evil.example", 403),
        ("evil.example:8420", 403),
        ("127.0.0.1.evil.example", 403),
        ("[", 403),
        ("localhost", 200),
        ("localhost:8420", 200),
        ("[::1]:8420", 200),
        ("gofer.example", 200),
    ],
)
async def test_on_loopback_only_our_own_names_are_served(host: str, status: int, gofer: FakeGofer) -> None:
    async with (
        serving(gofer.gateway_with(origins=("https://gofer.example",))) as url,
        httpx.AsyncClient(base_url=url) as browser,
    ):
        answer = await browser.get("/health", headers={"Host": host})
    assert answer.status_code == status
    assert status == 200 or "`server.origins`" in answer.json()["error"]["next_step"]


async def test_every_answer_carries_the_strict_headers(gofer: FakeGofer, stranger: httpx.AsyncClient) -> None:
    await login(gofer, stranger)
    for path in ("/", "/login", "/none", "/api/v1/none", "/static/run.js", "/novnc/core/rfb.js", "/health"):
        headers = (await stranger.get(path, headers=HTML)).headers
        assert "unsafe" not in headers["content-security-policy"]
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"


async def test_a_missing_novnc_is_one_sentence(gofer: FakeGofer) -> None:
    async with (
        serving(gofer.gateway_with(novnc=gofer.gateway.novnc / "none")) as url,
        httpx.AsyncClient(base_url=url) as browser,
    ):
        answer = await browser.get("/novnc/core/rfb.js")
    assert answer.status_code == 404
    assert "package novnc" in answer.json()["error"]["next_step"]
