"""`gofer doctor`: what this machine has, what it lacks, and what is really enforced."""

import platform
import shutil
import socket
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Literal
from urllib.parse import parse_qs, urlsplit

import typer
from pydantic import BaseModel

from gofer import __version__, catalog
from gofer.cli import out
from gofer.cli.models import looked_at
from gofer.cli.notice import serving
from gofer.core.errors import GoferError, Refused
from gofer.core.sandbox import Profile
from gofer.ops.examine import keeps_artifacts, schema
from gofer.settings import DEFAULT_MODELS, Settings, load, placed

Verdict = Literal["ok", "note", "problem"]
GIGABYTE = 1024**3
LITTLE_DISK = 2 * GIGABYTE
FULL_DISK = GIGABYTE // 4
"""Less than this does not carry an errand: its sandbox's disk, its files and the databases' journals need room."""
POSTGRESQL_PORT = 5432
CONNECT_SECONDS = 5.0
LIBRARIES = ("pydantic-ai-slim", "dbos", "fastapi", "sqlalchemy", "playwright")


class Check(BaseModel):
    """One thing looked at."""

    name: str
    verdict: Verdict
    told: str


def doctor(as_json: bool) -> int:
    """Look at everything; fails when something that is needed is missing."""
    settings = load()
    checks = [check for look in LOOKS for check in _looked(look, settings)]
    sick = any(check.verdict == "problem" for check in checks)
    if as_json:
        out.as_json({"ok": not sick, "checks": [check.model_dump() for check in checks]})
    else:
        out.table(["check", "", "what was found"], [[check.name, check.verdict, check.told] for check in checks])
        typer.echo(_summary(checks), err=True)
    return 1 if sick else 0


def _summary(checks: list[Check]) -> str:
    problems = [check.name for check in checks if check.verdict == "problem"]
    if not problems:
        return "Everything that is needed is here."
    return f"To be mended before gofer can do all its work: {', '.join(problems)}."


def _looked(look: Callable[[Settings], list[Check]], settings: Settings) -> list[Check]:
    try:
        return look(settings)
    except GoferError as error:
        return [_unlooked(look, f"{error.message} {error.next_step}")]
    except Exception as error:
        return [_unlooked(look, f"could not be looked at ({type(error).__name__}: {error})")]


def _unlooked(look: Callable[[Settings], list[Check]], told: str) -> Check:
    return Check(name=look.__name__.strip("_"), verdict="problem", told=told)


def _versions(settings: Settings) -> list[Check]:
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    told = f"gofer {__version__}, Python {platform.python_version()} on {platform.system()} {platform.release()}"
    new_enough: Verdict = "ok" if sys.version_info >= (3, 11) else "problem"
    return [Check(name="versions", verdict=new_enough, told=f"{told}; {libraries}")]


def _data(settings: Settings) -> list[Check]:
    try:
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        return [Check(name="data folder", verdict="problem", told=f"{settings.data}: {error.strerror}")]
    free = shutil.disk_usage(settings.data).free
    return [_data_folder(settings.data), _disk(settings.data, free)]


def _data_folder(folder: Path) -> Check:
    try:
        with NamedTemporaryFile(dir=folder, prefix=".doctor-"):
            mode = folder.stat().st_mode & 0o077
    except OSError as error:
        told = f"{folder} cannot be written: {error.strerror}; point GOFER_DATA at another folder"
        return Check(name="data folder", verdict="problem", told=told)
    if mode:
        told = f"{folder} is open to others on this machine: chmod 700 {folder}"
        return Check(name="data folder", verdict="note", told=told)
    return Check(name="data folder", verdict="ok", told=str(folder))


def _disk(folder: Path, free: int) -> Check:
    told = f"{free / GIGABYTE:.1f} GB free"
    if free > LITTLE_DISK:
        return Check(name="disk", verdict="ok", told=told)
    if free > FULL_DISK:
        return Check(name="disk", verdict="note", told=f"{told}, which is little")
    return Check(name="disk", verdict="problem", told=f"{told} under {folder}, too little for an errand: free some")


def _database(settings: Settings) -> list[Check]:
    if settings.storage.database is None:
        return [_schema("SQLite in the data folder", settings) if _made(settings) else _sqlite_to_be()]
    check = _database_at(_postgresql(settings.storage.database))
    return [check if check.verdict == "problem" else _schema(check.told, settings)]


def _made(settings: Settings) -> bool:
    path = Path(settings.database_url.removeprefix("sqlite:///"))
    return path.exists() and path.stat().st_size > 0


def _sqlite_to_be() -> Check:
    return Check(name="database", verdict="ok", told="SQLite in the data folder; the first start makes it")


def _schema(told: str, settings: Settings) -> Check:
    known, sentence = schema(settings.database_url, settings.step_log_url)
    return Check(name="database", verdict="ok" if known else "problem", told=f"{told}, {sentence}")


def _postgresql(address: str) -> str | tuple[str, int]:
    place = urlsplit(address)
    host, port = place.hostname or "localhost", place.port or POSTGRESQL_PORT
    if host_of_socket := parse_qs(place.query).get("host", [""])[0]:
        return str(Path(host_of_socket) / f".s.PGSQL.{port}")
    return host, port


def _database_at(where: str | tuple[str, int]) -> Check:
    told = where if isinstance(where, str) else f"{where[0]}:{where[1]}"
    family = socket.AF_UNIX if isinstance(where, str) else socket.AF_INET
    try:
        with socket.socket(family) as visitor:
            visitor.settimeout(CONNECT_SECONDS)
            visitor.connect(where)
    except OSError as error:
        return Check(name="database", verdict="problem", told=f"nothing answers at {told}: {error.strerror or error}")
    return Check(name="database", verdict="ok", told=f"PostgreSQL at {told}")


def _artifacts(settings: Settings) -> list[Check]:
    try:
        keeps_artifacts(settings.artifact_address, settings.storage.artifact_options)
    except Refused as error:
        wrong = placed(error)
        return [Check(name="artifacts", verdict="problem", told=f"{wrong.message} {wrong.next_step}")]
    except (GoferError, OSError) as error:
        told = f"{str(error).rstrip('.')}: correct `[storage] artifacts` and its options, or start that store"
        return [Check(name="artifacts", verdict="problem", told=told)]
    return [Check(name="artifacts", verdict="ok", told=f"{settings.artifact_address} takes files")]


def _server(settings: Settings) -> list[Check]:
    notice = serving(settings.data)
    told = "not serving; start it with `gofer up`"
    if notice is not None:
        told = f"serves at {notice.url} (process {notice.pid})"
    return [Check(name="server", verdict="ok" if notice else "note", told=told)]


def _sandboxes(settings: Settings) -> list[Check]:
    provider = catalog.sandbox_provider(settings.sandboxes.provider)(settings.data / "sandboxes")
    checks = []
    for profile in Profile:
        problems = provider.problems(profile)
        told = " ".join(problems) or f"works, by {provider.name}"
        checks.append(Check(name=f"{profile} sandbox", verdict="problem" if problems else "ok", told=told))
    if provider.problems(Profile.CODE):
        return checks
    limits = provider.enforcement().model_dump()
    return checks + [Check(name=f"limit: {name}", verdict="ok", told=told) for name, told in limits.items() if told]


def _models(settings: Settings) -> list[Check]:
    if settings.models.default is None:
        told = f"none: set {' or '.join(DEFAULT_MODELS)}, or `[models] default`; recorded errands work without"
        return [Check(name="model", verdict="note", told=told)]
    return [_model(name, problem) for name, problem in looked_at(settings.models)]


def _model(name: str, problem: str) -> Check:
    return Check(name="model", verdict="problem" if problem else "ok", told=problem or name)


def _novnc(settings: Settings) -> list[Check]:
    there = (settings.server.novnc / "core").is_dir()
    told = str(settings.server.novnc) if there else f"not in {settings.server.novnc}: apt-get install novnc"
    return [Check(name="noVNC", verdict="ok" if there else "problem", told=told)]


def _parts(settings: Settings) -> list[Check]:
    apps = catalog.applications().items()
    return [
        *(Check(name=f"application: {name}", verdict="ok", told=app.summary) for name, app in apps),
        Check(name="providers", verdict="ok", told=", ".join(catalog.SANDBOXES)),
    ]


LOOKS: tuple[Callable[[Settings], list[Check]], ...] = (
    _versions,
    _data,
    _database,
    _artifacts,
    _server,
    _sandboxes,
    _novnc,
    _models,
    _parts,
)
