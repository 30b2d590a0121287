"""`gofer doctor`: what this machine has, what it lacks, and what is really enforced."""

import platform
import shutil
import socket
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel

from gofer import __version__, catalog
from gofer.cli import out
from gofer.cli.notice import serving
from gofer.core.errors import GoferError
from gofer.core.sandbox import Profile
from gofer.settings import DEFAULT_MODELS, Settings, load

Verdict = Literal["ok", "note", "missing"]
GIGABYTE = 1024**3
LITTLE_DISK = 2 * GIGABYTE
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
    sick = any(check.verdict == "missing" for check in checks)
    if as_json:
        out.as_json({"ok": not sick, "checks": [check.model_dump() for check in checks]})
    else:
        out.table(["check", "", "what was found"], [[check.name, check.verdict, check.told] for check in checks])
    return 1 if sick else 0


def _looked(look: Callable[[Settings], list[Check]], settings: Settings) -> list[Check]:
    try:
        return look(settings)
    except GoferError as error:
        return [Check(name=look.__name__.strip("_"), verdict="missing", told=f"{error.message} {error.next_step}")]


def _versions(settings: Settings) -> list[Check]:
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    told = f"gofer {__version__}, Python {platform.python_version()} on {platform.system()} {platform.release()}"
    new_enough: Verdict = "ok" if sys.version_info >= (3, 11) else "missing"
    return [Check(name="versions", verdict=new_enough, told=f"{told}; {libraries}")]


def _data(settings: Settings) -> list[Check]:
    try:
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        return [Check(name="data folder", verdict="missing", told=f"{settings.data}: {error.strerror}")]
    free = shutil.disk_usage(settings.data).free
    enough: Verdict = "ok" if free > LITTLE_DISK else "note"
    return [
        Check(name="data folder", verdict="ok", told=str(settings.data)),
        Check(name="disk", verdict=enough, told=f"{free / GIGABYTE:.1f} GB free"),
    ]


def _database(settings: Settings) -> list[Check]:
    if settings.storage.database is None:
        return [Check(name="database", verdict="ok", told="SQLite in the data folder")]
    place = urlsplit(settings.storage.database)
    host, port = place.hostname or "localhost", place.port or POSTGRESQL_PORT
    if host_of_socket := parse_qs(place.query).get("host", [""])[0]:
        return [_database_at(str(Path(host_of_socket) / f".s.PGSQL.{port}"))]
    return [_database_at((host, port))]


def _database_at(where: str | tuple[str, int]) -> Check:
    told = where if isinstance(where, str) else f"{where[0]}:{where[1]}"
    family = socket.AF_UNIX if isinstance(where, str) else socket.AF_INET
    try:
        with socket.socket(family) as visitor:
            visitor.settimeout(CONNECT_SECONDS)
            visitor.connect(where)
    except OSError as error:
        return Check(name="database", verdict="missing", told=f"nothing answers at {told}: {error.strerror or error}")
    return Check(name="database", verdict="ok", told=f"PostgreSQL's address {told} answers")


def _server(settings: Settings) -> list[Check]:
    notice = serving(settings.data)
    told = "not serving; start it with `gofer up`" if notice is None else f"serves at {notice.url}"
    return [Check(name="server", verdict="ok" if notice else "note", told=told)]


def _sandboxes(settings: Settings) -> list[Check]:
    provider = catalog.sandbox_provider(settings.sandboxes.provider)(settings.data / "sandboxes")
    checks = []
    for profile in Profile:
        problems = provider.problems(profile)
        told = " ".join(problems) or f"works, by {provider.name}"
        checks.append(Check(name=f"{profile} sandbox", verdict="missing" if problems else "ok", told=told))
    if provider.problems(Profile.CODE):
        return checks
    limits = provider.enforcement().model_dump()
    return checks + [Check(name=f"limit: {name}", verdict="ok", told=told) for name, told in limits.items() if told]


def _models(settings: Settings) -> list[Check]:
    chosen = settings.models
    if chosen.default is None:
        told = f"none: set {' or '.join(DEFAULT_MODELS)}, or `[models] default`; recorded errands work without"
        return [Check(name="model", verdict="note", told=told)]
    return [Check(name="model", verdict="ok", told=", ".join([chosen.default, *chosen.fallback]))]


def _novnc(settings: Settings) -> list[Check]:
    there = (settings.server.novnc / "core").is_dir()
    told = str(settings.server.novnc) if there else f"not in {settings.server.novnc}: apt-get install novnc"
    return [Check(name="noVNC", verdict="ok" if there else "missing", told=told)]


def _parts(settings: Settings) -> list[Check]:
    apps = "; ".join(f"{name}: {app.summary}" for name, app in catalog.applications().items())
    return [
        Check(name="applications", verdict="ok", told=apps),
        Check(name="providers", verdict="ok", told=", ".join(catalog.SANDBOXES)),
    ]


LOOKS: tuple[Callable[[Settings], list[Check]], ...] = (
    _versions,
    _data,
    _database,
    _server,
    _sandboxes,
    _novnc,
    _models,
    _parts,
)
