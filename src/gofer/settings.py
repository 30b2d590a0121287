"""What an operator can set. The only reader of the environment and of gofer.toml."""

import json
import os
import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from gofer.core.errors import Refused
from gofer.core.playbook import Rules
from gofer.core.secret import Secret

DEFAULT_MODELS = {
    "ANTHROPIC_API_KEY": "anthropic:claude-sonnet-5-5",
    "OPENAI_API_KEY": "openai:gpt-5.6-terra",
}
"""Which model is used when a key is in the environment and nothing is set: the first that is found."""

HOST = r"^([0-9A-Za-z]([0-9A-Za-z.\-]*[0-9A-Za-z])?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$"
"""A host name, an IPv4 or an IPv6 address; whether it is one of this machine shows when gofer listens."""

EXPECTED = {
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float", "int_parsing_size"), "a whole number"),
    **dict.fromkeys(("float_type", "float_parsing"), "a number"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "true or false"),
    **dict.fromkeys(("tuple_type", "list_type"), "a list in square brackets"),
    **dict.fromkeys(("model_type", "model_attributes_type", "dict_type"), "a section of settings"),
    "string_type": "a text in quotes",
    "path_type": "a path in quotes",
    "greater_than_equal": "{} or more",
    "less_than_equal": "{} or less",
    "greater_than": "more than {}",
    "finite_number": "a number that is finite",
}
"""What a setting must be, in our words, for each of pydantic's kinds of error; a limit is put where the braces are."""

PATTERNS = {
    "server.host": "a host name or an IP address, such as 127.0.0.1",
    "storage.database": "a proper address that begins with postgresql://",
    "storage.artifacts": "a folder, or an address that begins with s3://, gs:// or az://",
}

KINDS: Mapping[type, str] = {
    str: "the text",
    bool: "the value",
    int: "the number",
    float: "the number",
    list: "a list",
    dict: "a section",
}

LOGIN = re.compile(r"(?<=://)\S*(?=@)|(?<=[?&]password=)[^&\s]*", re.I)
"""The parts of an address that may hold a password."""

DATABASE = r"^postgres(ql)?(\+psycopg)?://([^:/@]*(:[^@]*)?@)?(\[[^/?]+\]|[^/:?@]+)?(:\d{1,5})?(/[^?]*)?(\?.*)?$"
"""An address as SQLAlchemy reads it."""

BASE_URLS = ("ANTHROPIC_BASE_URL", "OPENAI_BASE_URL")


class Section(BaseModel):
    """Settings are frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Server(Section):
    """Where gofer listens."""

    host: str = Field(
        "127.0.0.1", pattern=HOST, description="Address to listen on. Anything but loopback needs TLS before it."
    )
    port: int = Field(8420, ge=0, le=65535, description="Port to listen on; `--port` overrides it. 0 takes a free one.")
    anonymous_loopback: bool = Field(
        False, description="Let everybody on this machine in without a token. Only for a machine of your own."
    )
    origins: tuple[str, ...] = Field((), description="Further web origins that may call gofer, as https://host.")
    novnc: Path = Field(Path("/usr/share/novnc"), description="Folder of noVNC's static files.")


class Storage(Section):
    """Where gofer keeps things."""

    database: str | None = Field(
        None,
        pattern=DATABASE,
        description="postgresql://… for many workers; without it a SQLite file in the data folder.",
    )
    artifacts: str | None = Field(
        None,
        pattern=r"^([^:]*$|(s3|gs|az)://)",
        description="A folder, or s3://, gs://, az:// address; without it a folder in the data folder.",
    )
    artifact_options: dict[str, Any] = Field({}, description="Options of that store, such as endpoint and region.")


class Runs(Section):
    """How many errands at once, and how failures are met."""

    concurrent: int = Field(10, ge=1, description="Runs at work at once, over all workers.")
    per_principal: int = Field(10, ge=1, description="Runs at work at once for one principal.")
    attempts: int = Field(3, ge=1, description="Attempts before a run that meets outside failures is failed.")
    retry_seconds: float = Field(2.0, ge=0, description="Wait before the second attempt, in seconds.")
    retry_factor: float = Field(3.0, ge=1, description="How much longer each further wait is.")
    keep_steps_days: float = Field(7.0, ge=0, description="How long the steps of an ended run stay in the step log.")


class Models(Section):
    """Which models agents use."""

    default: str | None = Field(
        None, description="`provider:name`; without it the first provider whose key is in the environment."
    )
    fallback: tuple[str, ...] = Field((), description="Asked in turn when the default does not answer.")
    unpriced: bool | None = Field(
        None,
        description="Allow models whose price nobody knows; without it only behind a base URL of your own.",
    )


class Sandboxes(Section):
    """The computers that errands are done on."""

    provider: str = Field("local", description="Which provider makes sandboxes; `local` is bubblewrap.")
    idle_seconds: float = Field(
        600.0,
        ge=90,  # three of the heartbeats that come every 30 s: one may be late
        description="A sandbox that hears nothing from gofer for this long ends itself; at least 90.",
    )
    capacity: int = Field(
        24,
        ge=1,
        description="Sandboxes that the runs of one machine hold at once, those that wait for a person among them; "
        "whoever needs one more waits for room.",
    )
    warm_desktops: int = Field(
        0, ge=0, le=20, description="Desktops kept ready; each costs 330 to 470 MiB while it waits."
    )
    warm_contexts: int = Field(
        2, ge=0, le=10, description="Browser contexts kept ready in each shared browser that runs."
    )
    shared_idle_seconds: float = Field(
        120.0, ge=0, description="A shared browser that no errand used for this long is ended."
    )
    share_across_principals: bool = Field(
        False, description="Let errands of different principals share a browser; each still has a context of its own."
    )


class VaultKeys(Section):
    """What saved browser sessions are sealed with."""

    key: Secret[str] | None = Field(
        None,
        description="Keys of 32 bytes in base64, newest first, apart by commas; GOFER_VAULT_KEY overrides it. "
        "Without it a key in the data folder.",
    )


class Playbooks(Rules):
    """How errands are recorded and replayed."""


class Browsing(Section):
    """How browsers are used."""

    human_like: bool = Field(
        False, description="Type with 50 to 150 ms between keys, and click at random places inside of elements."
    )
    private: bool = Field(False, description="Let errands open addresses of this machine and its network.")
    download_mb: int = Field(200, ge=1, description="Megabytes that one errand's downloaded files may have in all.")
    tabs: int = Field(8, ge=1, le=50, description="Tabs open at once; what a page opens beyond that is closed.")


class Settings(Section):
    """Everything, as read from gofer.toml and the environment."""

    data: Path = Field(Path("~/.local/share/gofer"), description="The data folder; GOFER_DATA overrides it.")
    server: Server = Server()
    storage: Storage = Storage()
    runs: Runs = Runs()
    models: Models = Models()
    sandboxes: Sandboxes = Sandboxes()
    browser: Browsing = Browsing()
    playbooks: Playbooks = Playbooks()
    vault: VaultKeys = VaultKeys()

    @property
    def place(self) -> str:
        """Where the data are, as it may be told to everybody."""
        return without_login(self.storage.database or str(self.data))

    @property
    def database_url(self) -> str:
        """Where runs and events are kept."""
        return self.storage.database or f"sqlite:///{self.data / 'gofer.db'}"

    @property
    def step_log_url(self) -> str:
        """Where the engine keeps steps."""
        return self.storage.database or f"sqlite:///{self.data / 'steps.db'}"

    @property
    def artifact_address(self) -> str:
        """Where artifacts are kept."""
        return self.storage.artifacts or str(self.data / "artifacts")


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process; raises `Refused` (ERR_SETTINGS) with line and key of what is wrong."""
    environment = os.environ if environment is None else environment
    values = _source(environment)
    if folder := environment.get("GOFER_DATA"):
        values.raw["data"] = folder
    if key := environment.get("GOFER_VAULT_KEY"):
        values.raw["vault"] = {"key": key}
    settings = _validate(values)
    models = _with_defaults(settings.models, environment)
    return settings.model_copy(update={"data": settings.data.expanduser().resolve(), "models": models})


def without_login(address: str) -> str:
    """An address without its user and password."""
    return LOGIN.sub("…", address)


def placed(wrong: Refused) -> Refused:
    """What a part has against a setting, which its message begins with, told with that setting's line."""
    where = _source(os.environ).where(wrong.message.partition(":")[0].split("."))
    return Refused(f"{where}: {wrong.message}", code=wrong.code)


class _Source:
    def __init__(self, path: Path | None, text: str, raw: dict[str, Any]) -> None:
        self.path, self.text, self.raw = path, text, raw

    def where(self, keys: list[str]) -> str:
        """The file and the line of a setting."""
        return f"{self.path}, line {_line(self.text, keys)}" if self.path else "The environment"


def _source(environment: Mapping[str, str]) -> _Source:
    path = environment.get("GOFER_CONFIG")
    return _read(Path(path)) if path else _read_if_there(Path("gofer.toml"))


def _read_if_there(path: Path) -> _Source:
    return _read(path) if path.is_file() else _Source(None, "", {})


def _read(path: Path) -> _Source:
    try:
        text = path.read_text()
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
        raise Refused(message, code="ERR_SETTINGS", next_step="Point GOFER_CONFIG at a gofer.toml.") from error
    except UnicodeDecodeError as error:
        raise Refused(f"{path} is not UTF-8 text.", code="ERR_SETTINGS") from error
    try:
        return _Source(path, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise Refused(f"{path} is not valid TOML: {error}.", code="ERR_SETTINGS") from error


def _validate(source: _Source) -> Settings:
    try:
        return Settings.model_validate(source.raw)
    except ValidationError as error:
        first = error.errors()[0]
        keys = [str(part) for part in first["loc"]]
        message = f"{source.where(keys)}: {'.'.join(keys)}: {_wrong(first, keys)}"
        raise Refused(message, code="ERR_SETTINGS") from error


def _wrong(problem: ErrorDetails, keys: list[str]) -> str:
    """What was expected there and what was found, in words."""
    if problem["type"] == "extra_forbidden":
        near = get_close_matches(keys[-1], _known(keys[:-1]), n=1)
        return f"there is no such setting; did you mean {near[0]}?" if near else "there is no such setting."
    limit = next(iter(problem.get("ctx", {}).values()), "")
    wanted = PATTERNS.get(".".join(keys)) if problem["type"] == "string_pattern_mismatch" else None
    expected = wanted or EXPECTED.get(problem["type"], problem["msg"]).format(limit)
    return f"expected {expected}, found {_found(problem['input'])}."


def _known(keys: list[str]) -> list[str]:
    """The settings beside a key."""
    section: type[BaseModel] = Settings
    for key in keys:
        inner = section.model_fields[key].annotation
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return []
        section = inner
    return list(section.model_fields)


def _found(value: object) -> str:
    """A value of the file as it is written there, with what it is."""
    kind = KINDS.get(type(value), "a value")
    if isinstance(value, dict | list):
        return kind
    if isinstance(value, str):
        value = without_login(value)
    written = json.dumps(value, ensure_ascii=False) if isinstance(value, bool | int | float | str) else str(value)
    return f"{kind} {written}"


def _line(text: str, keys: list[str]) -> int:
    lines = text.splitlines()
    start = 0
    for key in keys:
        pattern = re.compile(rf"^\s*(\[+\s*([\w.\-]+\.)?{re.escape(key)}\s*\]+|\"?{re.escape(key)}\"?\s*=)")
        found = next((n for n in range(start, len(lines)) if pattern.match(lines[n])), None)
        start = start if found is None else found
    return start + 1


def _with_defaults(models: Models, environment: Mapping[str, str]) -> Models:
    default = models.default
    if default is None:
        default = next((name for key, name in DEFAULT_MODELS.items() if environment.get(key)), None)
    unpriced = models.unpriced
    if unpriced is None:
        unpriced = any(environment.get(name) for name in BASE_URLS)
    return models.model_copy(update={"default": default, "unpriced": unpriced})
