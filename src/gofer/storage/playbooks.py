"""Playbooks as rows: one for each errand or name of a principal, and one for each version of its text."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from gofer.core.errors import Refused
from gofer.core.playbook import Draft, KeptPlaybook, Version
from gofer.storage.tables import playbook_versions as versions
from gofer.storage.tables import playbooks

MOST_VERSIONS = 50
"""Versions that are kept of one playbook, besides the newest that worked."""

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")


def find(connection: sa.Connection, principal: str, name: str) -> KeptPlaybook | None:
    """The playbook of this name."""
    return _one(connection, (playbooks.c.principal == principal) & (playbooks.c.name == name))


def of_errand(connection: sa.Connection, principal: str, app: str, errand: str) -> KeptPlaybook | None:
    """What was recorded of this errand."""
    mine = (playbooks.c.principal == principal) & (playbooks.c.app == app) & (playbooks.c.errand == errand)
    return _one(connection, mine)


def listed(connection: sa.Connection, principal: str | None) -> list[KeptPlaybook]:
    """A principal's playbooks, or everybody's, by name."""
    wanted = _joined().order_by(playbooks.c.name, playbooks.c.principal)
    if principal is not None:
        wanted = wanted.where(playbooks.c.principal == principal)
    return [_kept(row) for row in connection.execute(wanted).mappings()]


def history(connection: sa.Connection, principal: str, name: str) -> list[Version]:
    """Every version that is kept, newest first."""
    mine = (versions.c.principal == principal) & (versions.c.name == name)
    rows = connection.execute(sa.select(versions).where(mine).order_by(versions.c.number.desc())).mappings()
    return [_version(row) for row in rows]


@dataclass(frozen=True)
class Author:
    """Whose playbook it is, and who writes it when."""

    app: str
    principal: str
    by: str
    at: float


def keep(connection: sa.Connection, draft: Draft, author: Author) -> KeptPlaybook:
    """Keep a text as the newest version; one that is the newest already only changes what is known of it.

    A draft of a version that is not the newest any more overrules nobody: it only counts for that version. What comes
    back is the playbook as it stands then. Raises Refused (ERR_NOT_FOUND) when the draft's playbook was deleted.
    """
    app, principal, by, at = author.app, author.principal, author.by, author.at
    before = _of_draft(connection, app, principal, draft)
    if draft.of is not None and draft.of != (before.version if before else 0):
        return _late(connection, draft, before)
    name = before.name if before else _free(connection, principal, draft)
    number = before.version if before else 0
    if before is None or before.text != draft.text:
        number += 1
        row = {"principal": principal, "name": name, "number": number, "written_by": by, "at": at}
        connection.execute(sa.insert(versions), [{**row, "text": draft.text, "why": draft.why, "worked": 0}])
    if draft.worked:
        _worked(connection, principal, name, number, draft.text)
    row = {"app": app, "principal": principal, "name": name, "version": number, "updated_at": at}
    _put(connection, row, draft, before)
    _prune(connection, principal, name)
    kept = find(connection, principal, name)
    assert kept is not None
    return kept


def rename(connection: sa.Connection, principal: str, name: str, to: str) -> None:
    """Give it another name; raises Refused (ERR_CONFLICT) when there is one of that name."""
    if find(connection, principal, to) is not None:
        raise Refused(f"There is a playbook “{to}” already.", code="ERR_CONFLICT", next_step="Choose another name.")
    for table in (playbooks, versions):
        mine = (table.c.principal == principal) & (table.c.name == name)
        connection.execute(sa.update(table).where(mine).values(name=to))


def delete(connection: sa.Connection, principal: str, name: str) -> bool:
    """Forget it and all its versions; False when there was none."""
    mine = (versions.c.principal == principal) & (versions.c.name == name)
    connection.execute(sa.delete(versions).where(mine))
    gone = sa.delete(playbooks).where((playbooks.c.principal == principal) & (playbooks.c.name == name))
    return connection.execute(gone).rowcount == 1


def _late(connection: sa.Connection, draft: Draft, before: KeptPlaybook | None) -> KeptPlaybook:
    """What a draft does that comes after a newer version, or after its playbook was deleted."""
    if before is None:
        raise Refused(f"The playbook “{draft.name}” was deleted meanwhile.", code="ERR_NOT_FOUND")
    if draft.worked and draft.of:
        _worked(connection, before.principal, before.name, draft.of, draft.text)
    return find(connection, before.principal, before.name) or before


def _of_draft(connection: sa.Connection, app: str, principal: str, draft: Draft) -> KeptPlaybook | None:
    """Its playbook, which nobody else writes until this is done."""
    mine = (playbooks.c.app == app) & (playbooks.c.errand == draft.errand)
    same = mine if draft.errand is not None else playbooks.c.name == draft.name
    wanted = sa.select(playbooks.c.name).where((playbooks.c.principal == principal) & same)
    connection.execute(wanted.with_for_update()).all()
    if draft.errand is not None:
        return of_errand(connection, principal, app, draft.errand)
    return find(connection, principal, draft.name)


def _free(connection: sa.Connection, principal: str, draft: Draft) -> str:
    """The wanted name, or where it is taken by another errand the next one with a number."""
    wanted = draft.name if NAME.fullmatch(draft.name) else "errand"
    taken = set(connection.execute(sa.select(playbooks.c.name).where(playbooks.c.principal == principal)).scalars())
    return next(name for n in range(1, 100_000) if (name := wanted if n == 1 else f"{wanted[:70]}-{n}") not in taken)


def _worked(connection: sa.Connection, principal: str, name: str, number: int, text: str) -> None:
    one = (versions.c.principal == principal) & (versions.c.name == name) & (versions.c.number == number)
    connection.execute(sa.update(versions).where(one & (versions.c.text == text)).values(worked=versions.c.worked + 1))


def _put(connection: sa.Connection, row: dict[str, Any], draft: Draft, before: KeptPlaybook | None) -> None:
    standing = before if before and draft.worked else draft  # a replay that worked does not decide who is served
    row |= {"served": standing.served, "agreeing": standing.agreeing}
    if before is None:
        row |= {"errand": draft.errand, "usd": draft.usd, "seconds": draft.seconds}
        connection.execute(sa.insert(playbooks), [row])
        return
    mine = (playbooks.c.principal == row["principal"]) & (playbooks.c.name == row["name"])
    if draft.usd is not None:
        row |= {"usd": draft.usd, "seconds": draft.seconds}
    connection.execute(sa.update(playbooks).where(mine).values(**row))


def _prune(connection: sa.Connection, principal: str, name: str) -> None:
    """The newest version that worked is never dropped."""
    all_ = history(connection, principal, name)
    good = next((one.number for one in all_ if one.worked), None)
    old = [one.number for one in all_[MOST_VERSIONS:] if one.number != good]
    if old:
        mine = (versions.c.principal == principal) & (versions.c.name == name)
        connection.execute(sa.delete(versions).where(mine & versions.c.number.in_(old)))


def _joined() -> sa.Select[Any]:
    newest = (
        (versions.c.principal == playbooks.c.principal)
        & (versions.c.name == playbooks.c.name)
        & (versions.c.number == playbooks.c.version)
    )
    worked = sa.alias(versions)
    good = (
        sa.select(sa.func.max(worked.c.number))
        .where(worked.c.principal == playbooks.c.principal, worked.c.name == playbooks.c.name, worked.c.worked > 0)
        .scalar_subquery()
    )
    columns = (playbooks, versions.c.text, versions.c.why, good.label("good"))
    return sa.select(*columns).join_from(playbooks, versions, newest)


def _one(connection: sa.Connection, where: sa.ColumnElement[bool]) -> KeptPlaybook | None:
    row = connection.execute(_joined().where(where)).mappings().first()
    return None if row is None else _kept(row)


def _kept(row: sa.RowMapping) -> KeptPlaybook:
    names = [name for name in KeptPlaybook.model_fields if name != "updated_at"]
    plain = {name: row[name] for name in names}
    return KeptPlaybook(**plain, updated_at=datetime.fromtimestamp(row["updated_at"], UTC))


def _version(row: sa.RowMapping) -> Version:
    plain = {name: row[name] for name in ("number", "text", "why", "worked")}
    return Version(**plain, by=row["written_by"], at=datetime.fromtimestamp(row["at"], UTC))
