"""The one way in: a known key, an unknown application, a wrong input are met here; the rest is queued."""

import re
import secrets
from collections.abc import Mapping
from functools import partial
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel, JsonValue, ValidationError
from pydantic_core import ErrorDetails

from gofer.core.application import Application
from gofer.core.clock import Clock
from gofer.core.errors import Refused
from gofer.core.event import RunQueued
from gofer.core.request import Request
from gofer.core.run import Run, Status
from gofer.kernel.log import EventLog
from gofer.kernel.slots import Slots
from gofer.storage import events, playbooks, runs
from gofer.storage.database import Database

OWN_WORDS = "Value error, "
"""What pydantic puts before the sentence of an application's own validator."""

PART = re.compile(r"[\w-]+")


class Intake:
    """Turns requests into queued runs."""

    def __init__(self, database: Database, log: EventLog, clock: Clock, slots: Slots) -> None:
        self._database = database
        self._log = log
        self._clock = clock
        self._slots = slots
        self.applications: Mapping[str, Application] = {}

    async def accept(self, request: Request) -> Run:
        """The run of this request; the same key from the same principal gives the same run, whatever else is asked."""
        stored = await self._known(request) or await self._queued(request)
        return runs.as_run(stored, queue_position=stored["position"])

    async def _known(self, request: Request) -> dict[str, Any] | None:
        """What was accepted under this key; that it would be refused today changes nothing."""
        if request.key is None:
            return None
        return await self._database.read(partial(_find, principal=request.principal, key=request.key))

    async def _queued(self, request: Request) -> dict[str, Any]:
        application = self._application(request.app)
        wanted = validated(application.input, request.input)
        await self._refuse_unplayable(request, application, wanted)
        row = self._row(request, application, wanted)
        stored = await self._database.write(partial(_insert, row=row))
        self._log.publish(stored["id"])
        self._slots.kick()
        return stored

    def _application(self, name: str) -> Application:
        application = self.applications.get(name)
        if application is None:
            known = ", ".join(sorted(self.applications))
            raise Refused(f"There is no application {name!r}; there are {known}.", code="ERR_UNKNOWN_APP")
        return application

    async def _refuse_unplayable(self, request: Request, application: Application, wanted: BaseModel) -> None:
        """A playbook that is not there, or lacks a value, is refused here and not first by the run."""
        name = application.playbook_of(wanted) if application.playbook_of else None
        if name is None:
            return
        kept = await self._database.read(partial(playbooks.find, principal=request.principal, name=name))
        bundled = application.bundled() if application.bundled else {}
        text = kept.text if kept else bundled.get(name)
        try:
            if text is None:
                raise Refused(f"there is none named “{name}”; {', '.join(bundled)} comes with gofer.")
            if application.replayable:
                application.replayable(wanted, text)
        except Refused as error:
            raise Refused(f"The input does not fit: playbook: {error.message}", code="ERR_INVALID_INPUT") from error

    def _row(self, request: Request, application: Application, wanted: BaseModel) -> dict[str, Any]:
        now = self._clock.now().timestamp()
        return {
            "id": new_id(),
            "app": application.name,
            "status": Status.QUEUED.value,
            "input": wanted.model_dump(mode="json"),
            "principal": request.principal,
            "trigger": request.trigger.value,
            "answer_to": request.answer_to,
            "key": request.key,
            "retry_of": request.retry_of,
            "limit_key": _limit_key(request, application, wanted),
            "priority": request.priority,
            "created_at": now,
            "queued_at": now,
            "updated_at": now,
            "last_seq": 1,
        }


def _limit_key(request: Request, application: Application, wanted: BaseModel) -> str | None:
    """Of each person a key of their own: two people's profiles of one name are two profiles."""
    key = application.limit_key(wanted) if application.limit_key else None
    return f"{request.principal}/{key}" if key else None


def new_id() -> str:
    """A run's id: 80 random bits, short enough to read out."""
    return f"r-{secrets.token_hex(10)}"


def validated(shape: type[BaseModel], value: dict[str, JsonValue]) -> BaseModel:
    """The input as the application's model; raises `Refused` (ERR_INVALID_INPUT) naming the field."""
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        raise Refused(sentence(error, shape), code="ERR_INVALID_INPUT") from error


def lacking(shape: type[BaseModel], value: dict[str, JsonValue]) -> list[str]:
    """The fields, by name, for whose sake this input would be refused."""
    try:
        shape.model_validate(value)
    except ValidationError as error:
        named = [_field(wrong, shape)[0] for wrong in error.errors()]
        return [name for name in dict.fromkeys(named) if name in shape.model_fields]
    return []


def sentence(error: ValidationError, shape: type[BaseModel]) -> str:
    """What is wrong with the input, field by field, as one sentence."""
    wrongs = [": ".join(_field(wrong, shape)) for wrong in error.errors()[:5]]
    return f"The input does not fit: {'; '.join(wrongs).removesuffix('.')}."


def _field(wrong: ErrorDetails, shape: type[BaseModel]) -> tuple[str, str]:
    """The field's path, without what pydantic calls its own validators on the way there, and what is wrong with it.

    A validator of the whole input stands at no field: the one that its sentence begins with is meant.
    """
    words = wrong["msg"].removeprefix(OWN_WORDS)
    path = ".".join(str(part) for part in wrong["loc"] if PART.fullmatch(str(part)))
    first, _, rest = words.partition(" ")
    if not path and first in shape.model_fields and rest:
        return first, rest
    field = shape.model_fields.get(path)
    if wrong["type"] == "string_pattern_mismatch" and field and field.examples:
        words = f"it must look like {field.examples[0]}"  # who asks reads no patterns
    return path or "input", words


def _find(connection: sa.Connection, principal: str, key: str) -> dict[str, Any] | None:
    stored = runs.find_by_key(connection, principal, key)
    return None if stored is None else _placed(connection, stored)


def _insert(connection: sa.Connection, row: dict[str, Any]) -> dict[str, Any]:
    stored, new = runs.insert_or_known(connection, row)
    if new:
        events.begin(connection, events.Entry(row["id"], RunQueued().type, row["created_at"], {}))
    return _placed(connection, stored)


def _placed(connection: sa.Connection, stored: sa.RowMapping) -> dict[str, Any]:
    return {**stored, "position": runs.position(connection, stored)}
