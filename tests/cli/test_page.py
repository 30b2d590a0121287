"""`gofer page`: what a model would see, from a real sandboxed desktop."""

from collections.abc import Iterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from tests.browser.chromium import served
from tests.cli.program import Program, said

from gofer.browser.mishaps import hung
from gofer.cli.window import for_people
from gofer.core.errors import Refused

pytestmark = pytest.mark.chromium


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A page on this machine."""

    async def form(request: Request) -> Response:
        return HTMLResponse("<title>Form</title><label>City <input></label><button>Go</button>")

    async def away(request: Request) -> Response:
        return RedirectResponse("http://shop.gofer.example/")

    async def wall(request: Request) -> Response:
        return HTMLResponse("<title>No</title><h1>Go away</h1>", status_code=int(request.path_params["status"]))

    async def drawn(request: Request) -> Response:
        return HTMLResponse("<canvas width=300 height=200></canvas>")

    routes = [Route("/form", form), Route("/away", away), Route("/wall/{status}", wall), Route("/drawn", drawn)]
    with served(Starlette(routes=routes)) as address:
        yield address


async def _to_another_port(request: Request) -> Response:
    return RedirectResponse("https://127.0.0.1:1234/")


@pytest.mark.parametrize("status", [403, 500])
def test_a_page_with_an_errors_status_is_shown_with_it(gofer: Program, address: str, status: int) -> None:
    told = gofer("page", f"{address}/wall/{status}", "--allow-private")
    assert told.returncode == 0, told.stderr
    assert f"It came with the status {status}." in told.stdout
    assert "Go away" in told.stdout


def test_a_page_that_is_drawn_is_not_shown_as_nothing(gofer: Program, address: str) -> None:
    told = gofer("page", f"{address}/drawn", "--allow-private")
    assert told.returncode == 0, told.stderr
    assert "Nothing here can be told in text" in told.stdout


def test_what_the_browser_advises_a_model_is_not_told_to_people() -> None:
    for advice in ("Read the page again.", "Its page is open, read it if that helps."):
        assert for_people(Refused(f"No: closed. {advice}")).message == "No: closed."
    assert for_people(hung("Could not look")).message == "Could not look: the page does not respond."


def test_a_page_of_this_machine_is_shown_to_its_operator_who_says_so(gofer: Program, address: str) -> None:
    seen = gofer.json("page", f"{address}/form", "--allow-private")
    assert seen["title"] == "Form"
    assert seen["url"] == f"{address}/form"
    assert seen["interactive"] == 2
    assert seen["text"].splitlines()[0].endswith('textbox "City"')
    told = gofer("page", f"{address}/form", "--allow-private", "--find", "go")
    assert told.returncode == 0, told.stderr
    assert "find “go”: 1 place" in told.stdout
    assert f"{seen['tokens']}"
    assert "tokens (o200k), 2 interactive elements" in told.stdout


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://localhost/", "http://10.1.2.3/", "http://[::1]/"])
def test_without_that_word_it_is_refused_before_anything_starts(gofer: Program, url: str) -> None:
    said(gofer("page", url), 2, "is an address of this machine or its network", "--allow-private")


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("file:///etc/passwd",), "must begin with http"),
        (("http://x.example/", "--mode", "banana"), "--mode"),
        (("http://x.example/", "--mode", "find"), "--find"),
    ],
)
def test_what_cannot_be_looked_at_is_refused_in_one_sentence(gofer: Program, words: tuple[str, ...], part: str) -> None:
    said(gofer("page", *words), 2, part)


def test_the_demo_shop_can_be_looked_at(gofer: Program) -> None:
    seen = gofer.json("page", "http://shop.gofer.example/", "--cap", "100")
    assert seen["tokens"] <= 100
    assert seen["truncated"]


def test_looking_at_the_demo_shop_leaves_the_shop_of_a_gofer_that_serves_open(served: Program) -> None:
    told = served("page", "http://shop.gofer.example/")
    assert told.returncode == 0, told.stderr
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(served.data / "shop.sock"))) as visitor:
        assert visitor.get("http://shop.gofer.example/").status_code == 200


def test_a_page_where_nothing_answers_fails(gofer: Program) -> None:
    said(gofer("page", "http://127.0.0.1:4999/", "--allow-private"), 1, "127.0.0.1 port 4999")
