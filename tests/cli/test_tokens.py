"""Tokens for programs, tickets for people."""

import json
import urllib.error
import urllib.request

import pytest
from tests.cli.program import Program, said


def status(program: Program, token: str) -> int:
    """What REST answers to the bearer of a token."""
    url = json.loads((program.data / "server.json").read_text())["url"]
    request = urllib.request.Request(f"{url}/api/v1/runs", headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        return refusal.code


def test_the_last_word_is_the_token_until_it_is_revoked(served: Program) -> None:
    token = served("token", "create", "robot", "--scope", "*").stdout.split()[-1]
    assert status(served, token) == 200
    assert served("token", "revoke", "robot").returncode == 0
    assert status(served, token) == 401


def test_a_token_made_without_a_server_works_once_there_is_one(gofer: Program) -> None:
    token = gofer("token", "create", "robot", "--scope", "runs:read").stdout.split()[-1]
    with gofer.up():
        assert status(gofer, token) == 200


def test_an_unknown_scope_is_refused(served: Program) -> None:
    said(served("token", "create", "robot", "--scope", "everything"), 2, "everything", "runs:read")


def test_the_owners_name_is_no_tokens_not_even_for_the_owner(served: Program) -> None:
    said(served("token", "create", "owner", "--scope", "runs:read"), 2, "'owner'", "another name")


def test_a_ticket_lets_in_once(served: Program) -> None:
    url = served("ticket").stdout.strip()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with opener.open(url, timeout=10) as answer:
        assert "login" not in answer.url
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.build_opener().open(url, timeout=10)


def test_a_ticket_is_for_the_owner(served: Program) -> None:
    token = served("token", "create", "reader", "--scope", "runs:read").stdout.split()[-1]
    url = json.loads((served.data / "server.json").read_text())["url"]
    headers = {"Authorization": f"Bearer {token}"}
    request = urllib.request.Request(f"{url}/api/v1/tickets", method="POST", headers=headers)
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(request, timeout=10)


def test_without_a_server_there_is_nothing_to_log_in_to(gofer: Program) -> None:
    said(gofer("ticket"), 2, "gofer up")
