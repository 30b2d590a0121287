"""Leases of workers: each says "alive", the living take up the runs of the dead, and the dead stay down."""

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import sqlalchemy as sa
import structlog

from gofer.core.errors import Broken, GoferError
from gofer.kernel.engine.engine import VERSION, Engine
from gofer.storage import slots, workers
from gofer.storage.database import Database

BEAT_SECONDS = 1.0
SILENT_SECONDS = 5.0
"""Dead after this silence: with the beat and the engine's one-second look, others go on within 8 seconds."""

AGAIN_SECONDS = 5.0
"""How often the runs of the dead are looked for again: the first look may have failed, or come too early."""

FORGET_SECONDS = 900.0
"""A dead worker is remembered this long. One that froze right after a claim may wake up and begin that run in the step
log before it notices; as long as its name is known, that run is found and taken up."""

COUNT_SECONDS = 5.0
"""How often the time that runs worked is written down."""

FENCED = 75
"""Exit code of a worker that woke up and found its runs taken (EX_TEMPFAIL)."""

log = structlog.get_logger()


class Liveness:
    """The lease of this worker and its watch over the others. A thread of its own: the event loop may be busy."""

    def __init__(
        self,
        database: Database,
        worker: str,
        host: str,
        engine: Engine,
        fence: Callable[[], None] | None = None,
    ) -> None:
        self._database = database
        self._worker = worker
        self._host = host
        self._engine = engine
        self._fence = fence or partial(os._exit, FENCED)
        self._stop = threading.Event()
        self._last_good = time.monotonic()
        self._thread = threading.Thread(target=self._serve, name="gofer-lease", daemon=True)
        self._takers = ThreadPoolExecutor(1, thread_name_prefix="gofer-recovery")
        self._taking: Future[None] | None = None
        self._taken: dict[str, float] = {}
        self._serving_others = False
        self._counted = time.monotonic()

    def enrol(self) -> None:
        """Take the lease; done before the first run is claimed. From now on nothing is written without it."""
        row = {"id": self._worker, "host": self._host, "version": VERSION}
        self._database.write_now(partial(workers.enrol, row=row))
        self._database.guard = None if self._database.sqlite else self._guard

    def start(self) -> None:
        """Beat from now on."""
        self._last_good = self._counted = time.monotonic()
        self._thread.start()

    def held(self) -> bool:
        """Whether the lease is certainly still ours. On SQLite there is nobody who could take it."""
        return self._database.sqlite or time.monotonic() - self._last_good < SILENT_SECONDS - BEAT_SECONDS

    async def confirmed(self) -> None:
        """Wait until the lease is certainly ours; a worker that lost it ends before that."""
        while not self.held():
            await asyncio.sleep(0.1)

    def look_after_others(self) -> None:
        """Take up the runs of the dead from now on."""
        self._serving_others = True

    def leave(self) -> None:
        """Take up nobody's runs any more; blocks until a recovery that is under way is over."""
        self._serving_others = False
        self._takers.shutdown()

    def close(self) -> None:
        """Give the lease back: another worker takes up at once what this one left."""
        self.leave()
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._database.guard = None
        self._database.write_now(partial(workers.retire, worker=self._worker))

    def _guard(self, connection: sa.Connection) -> None:
        """Part of every transaction: nobody takes the lease before it is over, and nothing is written without it."""
        if not workers.alive(connection, self._worker):
            self._lost()

    def _lost(self) -> None:
        log.error("lease.lost", worker=self._worker)
        self._fence()
        raise Broken("This worker was taken for dead, and others have its runs.", code="ERR_LEASE_LOST")

    def _serve(self) -> None:
        calm_until = time.monotonic() + SILENT_SECONDS  # whatever kept us away may have silenced the others too
        failing = ""
        while not self._stop.wait(BEAT_SECONDS):
            try:
                calm_until = self._beat(calm_until)
                if failing:
                    log.info("lease.beats_again")
                failing = ""
            except GoferError as error:
                if error.message != failing:  # once, and not for each beat of an outage
                    log.warning("lease.beat_failed", reason=error.message)
                failing = error.message
            except Exception:  # this thread holds the lease: it must outlive every surprise
                log.exception("lease.beat_failed")

    def _beat(self, calm_until: float) -> float:
        now = time.monotonic()  # before the beat: the thread may freeze right after it
        if not self._database.write_now(partial(self._say_alive, now=now)):
            self._lost()
        if now - self._last_good > 2 * BEAT_SECONDS + 1:  # we were cut off, so the others may have been too
            calm_until = now + SILENT_SECONDS
        self._last_good = now
        if now >= calm_until and self._serving_others:
            self._bury(now)
        return calm_until

    def _say_alive(self, connection: sa.Connection, now: float) -> bool:
        alive = workers.beat(connection, self._worker)
        if alive and now - self._counted >= COUNT_SECONDS:
            workers.count_work(connection, self._worker, now - self._counted)
            self._counted = now
        return alive

    def _bury(self, now: float) -> None:
        dead = self._database.write_now(partial(workers.bury, silent_seconds=SILENT_SECONDS))
        due = [worker for worker in dead if now - self._taken.get(worker, -AGAIN_SECONDS) >= AGAIN_SECONDS]
        if due and (self._taking is None or self._taking.done()):
            self._taken |= dict.fromkeys(due, now)
            with contextlib.suppress(RuntimeError):  # it left in this moment
                self._taking = self._takers.submit(self._take_up, due)

    def _take_up(self, dead: list[str]) -> None:
        try:
            recover(self._database, self._engine, dead)
            self._database.write_now(partial(workers.forget, silent_seconds=FORGET_SECONDS))
        except GoferError as error:
            log.warning("lease.recovery_failed", reason=error.message)
        except Exception:  # tried again soon
            log.exception("lease.recovery_failed")


def recover(database: Database, engine: Engine, dead: list[str]) -> None:
    """Take up what dead workers left: begun runs go on, granted but unbegun ones queue again. Blocking."""
    held = database.write_now(partial(slots.held_by, workers=dead))
    unbegun = [run_id for run_id in held if not engine.knows(run_id)]
    if unbegun:
        database.write_now(partial(slots.requeue, run_ids=unbegun, workers=dead))
    engine.recover(dead)
