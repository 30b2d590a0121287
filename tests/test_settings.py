"""What an operator can set, and what happens when it is set wrongly."""

from pathlib import Path

import pytest

from gofer.core.errors import Refused
from gofer.settings import load


def config(tmp_path: Path, text: str) -> dict[str, str]:
    path = tmp_path / "gofer.toml"
    path.write_text(text)
    return {"GOFER_CONFIG": str(path)}


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    environment = config(tmp_path, 'data = "/nowhere"\n[runs]\nconcurrent = 3\n')
    settings = load({**environment, "GOFER_DATA": str(tmp_path / "mine")})
    assert settings.data == tmp_path / "mine"
    assert settings.runs.concurrent == 3


@pytest.mark.parametrize(
    ("text", "line", "named"),
    [
        ("[runs]\n\nconcurent = 3\n", "line 3", "runs.concurent"),
        ("[server]\nport = 'many'\n", "line 2", "server.port"),
        ("[server]\nport = 99999\n", "line 2", "server.port"),
        ("[servers]\nport = 1\n", "line 1", "servers"),
        ("[runs\nconcurrent = 3\n", "line 1", "TOML"),
        ("[runs]\n\nconcurent = 3\n", "line 3", "did you mean concurrent"),
        ("[server]\nport = 'many'\n", "line 2", 'expected a whole number, found the text "many"'),
        ("[server]\nport = 99999\n", "line 2", "expected 65535 or less, found the number 99999"),
        ("[server]\nhost = 'not a host'\n", "line 2", "expected a host name or an IP address"),
        ("[sandboxes]\nidle_seconds = 29\n", "line 2", "idle_seconds: expected 90.0 or more, found the number 29"),
        ("server = 3\n", "line 1", "expected a section of settings"),
        ("[server]\norigins = 'x'\n", "line 2", "expected a list in square brackets"),
        ("[storage]\ndatabase = 'mysql://me:secret@db/x'\n", "line 2", "postgresql://, found"),
    ],
)
def test_a_broken_file_is_refused_with_line_and_key(tmp_path: Path, text: str, line: str, named: str) -> None:
    with pytest.raises(Refused) as refused:
        load(config(tmp_path, text))
    assert refused.value.code == "ERR_SETTINGS"
    assert line in refused.value.message
    assert named in refused.value.message


def test_a_password_in_a_wrong_address_is_not_shown(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        load(config(tmp_path, "[storage]\ndatabase = 'mysql://me:secret@db/x'\n"))
    assert "secret" not in refused.value.message


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "0.0.0.0", "::", "localhost", "gofer.example", "a-1"])
def test_hosts_are_names_and_addresses(tmp_path: Path, host: str) -> None:
    assert load(config(tmp_path, f"[server]\nhost = '{host}'\n")).server.host == host


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"gofer\.toml cannot be read"):
        load({"GOFER_CONFIG": str(tmp_path / "gofer.toml")})


def test_a_key_in_the_environment_chooses_the_model(tmp_path: Path) -> None:
    environment = config(tmp_path, "")
    assert load(environment).models.default is None
    chosen = load({**environment, "OPENAI_API_KEY": "x"}).models.default
    assert chosen is not None
    assert chosen.startswith("openai:")


def test_a_model_without_a_price_is_allowed_only_behind_an_address_of_ones_own(tmp_path: Path) -> None:
    environment = config(tmp_path, "")
    assert load(environment).models.unpriced is False
    assert load({**environment, "OPENAI_BASE_URL": "http://127.0.0.1:1"}).models.unpriced is True
