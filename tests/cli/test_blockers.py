"""`gofer blockers` prints a verdict with its evidence, for files without a network, and ends well whatever it is."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.program import Program, said

PAGES = Path(__file__).parents[1] / "browser" / "blockers" / "known"

pytestmark = pytest.mark.chromium


class _Site(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Answers with the number in its path."""
        self.send_response(int(self.path.strip("/") or 200))
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>Hm</title><h1>Hm</h1>")

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    """A site on loopback."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_a_file_is_judged_by_what_it_holds_and_how_it_was_answered(gofer: Program) -> None:
    found = gofer.json("blockers", str(PAGES / "akamai-reference.html"))
    assert (found["kind"], found["vendor"]) == ("bot_blocked", "akamai")
    assert {sign["source"] for sign in found["evidence"]} >= {"status", "header", "text"}
    told = gofer("blockers", str(PAGES / "turnstile-on-signup.html"))
    assert told.returncode == 0
    assert told.stdout.startswith("captcha (turnstile): A CAPTCHA stands in the way.\n")
    assert ".cf-turnstile" in told.stdout


def test_a_page_is_judged_with_its_status_where_private_addresses_are_allowed(gofer: Program, site: str) -> None:
    assert gofer.json("blockers", f"{site}/429", "--allow-private")["kind"] == "rate_limited"
    assert gofer.json("blockers", f"{site}/200", "--allow-private")["kind"] == "none"
    refused = gofer("blockers", f"{site}/429")
    assert refused.returncode == 2
    assert "--allow-private" in refused.stderr


@pytest.mark.parametrize("line", ["status: abc", "header: a b: c", "url: nowhere"])
def test_a_file_that_says_nonsense_of_its_answer_is_refused_at_once(gofer: Program, line: str) -> None:
    file = gofer.folder / "page.html"
    file.write_text(f"<!-- gofer\n{line}\n-->\n<h1>Hm</h1>")
    said(gofer("blockers", str(file)), 2, "which makes no sense", line.partition(":")[0])


@pytest.mark.parametrize("where", ["", "/nowhere/page.html", "ftp://a.example/", "."])
def test_what_is_neither_page_nor_file_is_refused_in_a_sentence(gofer: Program, where: str) -> None:
    result = gofer("blockers", where)
    assert result.returncode == 2
    assert f"“{where}” is neither a page's address" in result.stderr


def test_a_dead_site_is_an_error_and_no_verdict(gofer: Program) -> None:
    result = gofer("blockers", "http://127.0.0.1:1/", "--allow-private")
    assert result.returncode in (1, 2)
    assert result.stderr.startswith("error: ")
    assert result.stdout == ""
