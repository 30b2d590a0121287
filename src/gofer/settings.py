"""What an operator can set. The only reader of the environment and of gofer.toml."""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gofer.core.errors import Refused

DEFAULT_MODELS = {
    "ANTHROPIC_API_KEY": "anthropic:claude-sonnet-5-5",
    "OPENAI_API_KEY": "openai:gpt-5.6-terra",
}
"""Which model is used when a key is in the environment and nothing is set: the first that is found."""

BASE_URLS = ("ANTHROPIC_BASE_URL", "OPENAI_BASE_URL")


class Section(BaseModel):
    """Settings are frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Server(Section):
    """Where gofer listens."""

    host: str = Field("127.0.0.1", description="Address to listen on. Anything but loopback needs TLS before it.")
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
        pattern=r"^postgres(ql)?(\+psycopg)?://",
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
        600.0, gt=0, description="A sandbox that hears nothing from gofer for this long ends itself."
    )


class Settings(Section):
    """Everything, as read from gofer.toml and the environment."""

    data: Path = Field(Path("~/.local/share/gofer"), description="The data folder; GOFER_DATA overrides it.")
    server: Server = Server()
    storage: Storage = Storage()
    runs: Runs = Runs()
    models: Models = Models()
    sandboxes: Sandboxes = Sandboxes()

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
    path = environment.get("GOFER_CONFIG")
    values = _read(Path(path)) if path else _read_if_there(Path("gofer.toml"))
    if folder := environment.get("GOFER_DATA"):
        values.raw["data"] = folder
    settings = _validate(values)
    models = _with_defaults(settings.models, environment)
    return settings.model_copy(update={"data": settings.data.expanduser().resolve(), "models": models})


class _Source:
    def __init__(self, path: Path | None, text: str, raw: dict[str, Any]) -> None:
        self.path, self.text, self.raw = path, text, raw


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
        where = f"{source.path}, line {_line(source.text, keys)}" if source.path else "The environment"
        hint = "there is no such setting" if first["type"] == "extra_forbidden" else first["msg"]
        raise Refused(f"{where}: {'.'.join(keys)}: {hint}.", code="ERR_SETTINGS") from error


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
