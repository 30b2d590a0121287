"""What can be asked about playbooks: errands written down as text that people review, edit, export and import."""

from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel, Field

from gofer.core.errors import Refused
from gofer.core.operation import Operation
from gofer.core.playbook import Draft, KeptPlaybook, Version
from gofer.core.principal import Principal
from gofer.kernel.kernel import Kernel
from gofer.ops.runs import Asked
from gofer.storage import playbooks

READ, WRITE = "playbooks:read", "playbooks:write"

NAME = r"^[a-z0-9][a-z0-9_-]{0,79}$"

BUNDLED = "gofer"
"""Whose the playbooks are that come with gofer."""


class ListPlaybooks(Asked):
    """No arguments: one's own, those that come with gofer, and with `*` everybody's."""


class Listed(BaseModel):
    """One line of the list."""

    name: str
    app: str
    principal: str
    version: int
    served: bool
    agreeing: int
    why: str
    updated_at: datetime | None = None


class OnePlaybook(Asked):
    """Which playbook."""

    name: str = Field(max_length=80)
    principal: str | None = Field(None, description="Whose, if not one's own; needs `*`.")


class ShowPlaybook(OnePlaybook):
    """Which version of it; without a number the newest."""

    version: int | None = Field(None, ge=1)


class Shown(KeptPlaybook):
    """A playbook with its history, newest first; the texts of earlier versions are asked for by their number."""

    versions: tuple[Version, ...] = ()


class SavePlaybook(OnePlaybook):
    """A text to keep under this name, as a new one or as a new version."""

    name: str = Field(pattern=NAME)
    text: str = Field(min_length=1, max_length=1_000_000)
    app: str = "browse"
    why: str = Field("written by hand", max_length=300)


class RenamePlaybook(OnePlaybook):
    """Another name for it."""

    to: str = Field(pattern=NAME)


class Deleted(BaseModel):
    """It is gone, with all its versions."""

    name: str


class PlaybookOperations:
    """The operations on playbooks; a principal without `*` sees only its own."""

    def __init__(self, kernel: Kernel) -> None:
        self._parts = kernel.parts
        self._database = kernel.parts.database

    def table(self) -> list[Operation]:
        """Rows for the table of operations."""
        rows: list[tuple[Any, ...]] = [
            ("playbook.list", "List playbooks.", READ, ListPlaybooks, list[Listed], self.page, "GET", "/playbooks"),
            ("playbook.show", "One playbook.", READ, ShowPlaybook, Shown, self.show, "GET", _ONE),
            ("playbook.save", "Keep a playbook.", WRITE, SavePlaybook, KeptPlaybook, self.save, "POST", _ONE),
            ("playbook.rename", "Rename it.", WRITE, RenamePlaybook, KeptPlaybook, self.rename, "POST", _RENAME),
            ("playbook.delete", "Forget it.", WRITE, OnePlaybook, Deleted, self.delete, "POST", _DELETE),
        ]
        return [Operation(*row) for row in rows]

    async def page(self, principal: Principal, _wanted: ListPlaybooks) -> list[Listed]:
        """By name, those that come with gofer last."""
        mine = None if principal.owns_everything else principal.id
        kept = await self._database.read(partial(playbooks.listed, principal=mine))
        found = [Listed.model_validate(one.model_dump(exclude={"text"})) for one in kept]
        return found + [_listed(one) for one in self._bundled()]

    async def show(self, principal: Principal, wanted: ShowPlaybook) -> Shown:
        """The playbook as it stands, or as it stood at a version."""
        whose = _whose(principal, wanted.principal)
        kept, versions = await self._database.read(partial(_with_history, principal=whose, name=wanted.name))
        if kept is None:
            kept = next((one for one in self._bundled() if one.name == wanted.name), None)
        if kept is None:
            raise _unknown(wanted.name)
        shown = Shown(**kept.model_dump(), versions=tuple(map(_without_text, versions)))
        return shown if wanted.version is None else _at(shown, versions, wanted.version)

    async def save(self, principal: Principal, wanted: SavePlaybook) -> KeptPlaybook:
        """Keep a text, once the application has understood it. It is served from now on: a person answers for it."""
        application = self._parts.applications.get(wanted.app)
        if application is None or application.playbook is None:
            raise Refused(f"The application {wanted.app!r} has no playbooks.", code="ERR_INVALID_INPUT")
        text = application.playbook(wanted.text)
        whose = _whose(principal, wanted.principal)
        before = await self._database.read(partial(playbooks.find, principal=whose, name=wanted.name))
        agreeing = before.agreeing if before else 0
        draft = Draft(text=text, why=wanted.why, name=wanted.name, served=True, agreeing=agreeing)
        author = playbooks.Author(wanted.app, whose, principal.id, self._parts.clock.now().timestamp())
        return await self._database.write(partial(playbooks.keep, draft=draft, author=author))

    async def rename(self, principal: Principal, wanted: RenamePlaybook) -> KeptPlaybook:
        """The same playbook under another name; runs of its errand still find it."""
        whose = _whose(principal, wanted.principal)
        return await self._database.write(partial(_rename, principal=whose, name=wanted.name, to=wanted.to))

    async def delete(self, principal: Principal, wanted: OnePlaybook) -> Deleted:
        """Forget it; the errand is done by a model again."""
        whose = _whose(principal, wanted.principal)
        if not await self._database.write(partial(playbooks.delete, principal=whose, name=wanted.name)):
            if any(one.name == wanted.name for one in self._bundled()):
                raise Refused(f"The playbook {wanted.name!r} comes with gofer and stays.", code="ERR_CONFLICT")
            raise _unknown(wanted.name)
        return Deleted(name=wanted.name)

    def _bundled(self) -> list[KeptPlaybook]:
        """What the applications bring along, as if it was kept."""
        plain = {"principal": BUNDLED, "version": 0, "why": "comes with gofer", "served": False, "agreeing": 0}
        now = self._parts.clock.now()
        return [
            KeptPlaybook.model_validate({**plain, "name": name, "app": app.name, "text": text, "updated_at": now})
            for app in self._parts.applications.values()
            for name, text in (app.bundled() if app.bundled else {}).items()
        ]


_ONE = "/playbooks/{name}"
_RENAME = "/playbooks/{name}/rename"
_DELETE = "/playbooks/{name}/delete"


def _whose(principal: Principal, wanted: str | None) -> str:
    if wanted in (None, principal.id):
        return principal.id
    if not principal.owns_everything:
        raise Refused("Only who has the scope * reaches another's playbooks.", code="ERR_FORBIDDEN")
    return str(wanted)


def _without_text(version: Version) -> Version:
    return version.model_copy(update={"text": ""})


def _unknown(name: str) -> Refused:
    message = f"There is no playbook {name!r}."
    return Refused(message, code="ERR_NOT_FOUND", next_step="List them with `gofer playbook list`.")


def _listed(one: KeptPlaybook) -> Listed:
    return Listed.model_validate(one.model_dump(exclude={"text", "updated_at"}))


def _at(shown: Shown, versions: list[Version], number: int) -> Shown:
    found = next((one for one in versions if one.number == number), None)
    if found is None:
        raise Refused(f"Version {number} of {shown.name} is not kept.", code="ERR_NOT_FOUND")
    return shown.model_copy(update={"version": number, "text": found.text, "why": found.why})


def _with_history(connection: sa.Connection, principal: str, name: str) -> tuple[KeptPlaybook | None, list[Version]]:
    return playbooks.find(connection, principal, name), playbooks.history(connection, principal, name)


def _rename(connection: sa.Connection, principal: str, name: str, to: str) -> KeptPlaybook:
    if playbooks.find(connection, principal, name) is None:
        raise _unknown(name)
    playbooks.rename(connection, principal, name, to)
    kept = playbooks.find(connection, principal, to)
    assert kept is not None
    return kept
