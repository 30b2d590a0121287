"""Playbooks and sessions without a database: what the pages list, change and forget in a test."""

from datetime import UTC, datetime
from typing import Any

from gofer.browser.written import as_text, load
from gofer.core.errors import Refused
from gofer.core.operation import Operation
from gofer.core.playbook import KeptPlaybook, Version
from gofer.core.principal import OWNER, Principal
from gofer.core.session import SavedSession
from gofer.ops import playbooks, sessions
from gofer.ops.playbooks import Listed, ListPlaybooks, OnePlaybook, SavePlaybook, Shown, ShowPlaybook
from gofer.ops.sessions import DeleteSession, ListSessions


class FakeShelf:
    """The operations on playbooks and sessions, in memory."""

    def __init__(self) -> None:
        self.books: dict[str, list[Version]] = {}
        self.saved: dict[str, SavedSession] = {}

    def table(self) -> list[Operation]:
        """Rows for the table of operations."""
        read, write, book = playbooks.READ, playbooks.WRITE, "/playbooks/{name}"
        forget = "/sessions/{profile}/delete"
        rows: list[tuple[Any, ...]] = [
            ("playbook.list", "", read, ListPlaybooks, list[Listed], self.page, "GET", "/playbooks"),
            ("playbook.show", "", read, ShowPlaybook, Shown, self.show, "GET", book),
            ("playbook.save", "", write, SavePlaybook, KeptPlaybook, self.save, "POST", book),
            ("playbook.delete", "", write, OnePlaybook, playbooks.Deleted, self.delete, "POST", f"{book}/delete"),
            ("session.list", "", sessions.READ, ListSessions, list[SavedSession], self.kept, "GET", "/sessions"),
            ("session.delete", "", sessions.WRITE, DeleteSession, sessions.Deleted, self.forget, "POST", forget),
        ]
        return [Operation(*row) for row in rows]

    def write(self, name: str, text: str, why: str, by: str = OWNER.id) -> KeptPlaybook:
        """One more version, understood by the browser's own reader."""
        versions = self.books.setdefault(name, [])
        plain = {"number": len(versions) + 1, "text": as_text(load(text)), "why": why, "by": by}
        versions.insert(0, Version.model_validate({**plain, "at": datetime.now(UTC)}))
        return self._kept(name, versions[0])

    async def page(self, _principal: Principal, _wanted: ListPlaybooks) -> list[Listed]:
        """By name."""
        kept = [self._kept(name, versions[0]) for name, versions in sorted(self.books.items())]
        return [Listed.model_validate(one.model_dump(exclude={"text"})) for one in kept]

    async def show(self, _principal: Principal, wanted: ShowPlaybook) -> Shown:
        """One version, with the history."""
        versions = self.books.get(wanted.name, [])
        found = next((one for one in versions if wanted.version in (None, one.number)), None)
        if found is None:
            raise Refused(f"There is no playbook {wanted.name!r}.", code="ERR_NOT_FOUND")
        history = tuple(one.model_copy(update={"text": ""}) for one in versions)
        return Shown(**self._kept(wanted.name, found).model_dump(), versions=history)

    async def save(self, principal: Principal, wanted: SavePlaybook) -> KeptPlaybook:
        """Another version."""
        return self.write(wanted.name, wanted.text, wanted.why, principal.id)

    async def delete(self, _principal: Principal, wanted: OnePlaybook) -> playbooks.Deleted:
        """Gone."""
        del self.books[wanted.name]
        return playbooks.Deleted(name=wanted.name)

    async def kept(self, _principal: Principal, _wanted: ListSessions) -> list[SavedSession]:
        """By profile."""
        return list(self.saved.values())

    async def forget(self, _principal: Principal, wanted: DeleteSession) -> sessions.Deleted:
        """Gone."""
        gone = self.saved.pop(wanted.profile)
        return sessions.Deleted(profile=gone.profile, versions=gone.versions)

    def _kept(self, name: str, version: Version) -> KeptPlaybook:
        plain = {"name": name, "app": "browse", "principal": OWNER.id, "served": version.number > 1}
        known = {"agreeing": 1, "usd": 0.41, "seconds": 96.0, "updated_at": version.at, "why": version.why}
        return KeptPlaybook.model_validate({**plain, **known, "version": version.number, "text": version.text})
