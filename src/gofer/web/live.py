"""The live desktop: noVNC's WebSocket bridged to the run's RFB socket, input only for whoever holds control."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Coroutine
from dataclasses import dataclass, field

from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect
from starlette.responses import JSONResponse, Response

from gofer.core.errors import GoferError, Refused
from gofer.core.principal import Principal
from gofer.web.auth import Caller, caller, foreign_page, from_own_page, session_of
from gofer.web.calling import call
from gofer.web.faults import as_json
from gofer.web.gateway import Gateway
from gofer.web.openapi import PATH_ID, answer, beside
from gofer.web.rfb import BadRfb, Held, Kind, Message, ViewerStream
from gofer.web.standing import Standing
from gofer.web.strangers import remember

TICKET_SECONDS = 30.0
CONTROL_SECONDS = 0.2
"""How long an answer to "does this viewer hold control?" is used again."""
FRAME_BYTES = 64 * 1024
STALLED_SECONDS = 20.0
"""A viewer that takes nothing for this long is dropped."""
SEATS = 64
SEATS_EACH = 8
SEAT_SECONDS = 10
"""When somebody who found no seat may look again."""
TICKETS = 1024
"""How many unused tickets are remembered."""
FRESH = "Ask for a fresh ticket with `POST /runs/ID/vnc-ticket`."
POLICY, TOO_BIG, AWAY, BUSY = 1008, 1009, 1001, 1013

ISSUED = {
    "type": "object",
    "required": ["ticket", "path"],
    "additionalProperties": False,
    "properties": {"ticket": {"type": "string"}, "path": {"type": "string", "description": "A WebSocket's path."}},
}
PATHS = {
    "/runs/{id}/vnc-ticket": {
        "post": beside(
            "run.vnc-ticket",
            "A single-use ticket for a run's live desktop.",
            {"200": answer("The ticket and where it works.", "application/json", ISSUED)},
            scope="runs:read",
            takes=[PATH_ID],
        )
    }
}


@dataclass
class Seats:
    """How many viewers are connected, in all and of each principal."""

    taken: dict[str, int] = field(default_factory=dict)

    def take(self, viewer: Principal) -> bool:
        """Sit down, if there is room."""
        mine = self.taken.get(viewer.id, 0)
        if mine >= SEATS_EACH or sum(self.taken.values()) >= SEATS:
            return False
        self.taken[viewer.id] = mine + 1
        return True

    def leave(self, viewer: Principal) -> None:
        """Stand up."""
        self.taken[viewer.id] -= 1
        if not self.taken[viewer.id]:
            del self.taken[viewer.id]


def add_routes(app: FastAPI, gateway: Gateway, standing: Standing) -> None:
    """Serve tickets for live desktops, and the desktops themselves."""
    desk = Desk(gateway, standing)
    app.add_route("/runs/{id}/vnc-ticket", desk.ticket, methods=["POST"])
    app.add_api_websocket_route("/runs/{id}/vnc", desk.vnc)


class Desk:
    """Gives out tickets and seats."""

    def __init__(self, gateway: Gateway, standing: Standing) -> None:
        self.gateway = gateway
        self.standing = standing
        self.seats = Seats()
        self.tickets: OrderedDict[str, str | None] = OrderedDict()
        """Each ticket with the secret that asked for it; the oldest are forgotten."""

    async def ticket(self, request: Request) -> Response:
        """A single-use ticket for this viewer and this run's desktop."""
        who = await caller(self.gateway, request)
        run_id = request.path_params["id"]
        await call(self.gateway, who.principal, "run.show", {"id": run_id})
        if not self.gateway.desktops.watchable(run_id):
            raise Refused("This run has no desktop right now.", code="ERR_NOT_FOUND", next_step="Watch its events.")
        secret = await self.gateway.access.ticket(who.principal, f"vnc:{run_id}", TICKET_SECONDS)
        remember(self.tickets, secret, who.secret, TICKETS)
        return JSONResponse({"ticket": secret, "path": f"/runs/{run_id}/vnc?ticket={secret}"})

    async def vnc(self, socket: WebSocket) -> None:
        """A desktop's WebSocket: admit, seat, show."""
        try:
            viewer = await self.admitted(socket)
        except GoferError as refusal:
            await deny(socket, refusal)
            return
        try:
            await show(self.gateway, socket, viewer, self.standing)
        finally:
            self.seats.leave(viewer.principal)

    async def admitted(self, socket: WebSocket) -> Caller:
        """Whose valid ticket this is, shown by a page of ours and in the browser it was given to; now seated."""
        if from_own_page(self.gateway, socket) is False:
            raise foreign_page()
        viewer = await self.ticket_holder(socket)
        visitor = await session_of(self.gateway, socket)
        if visitor is not None and visitor.id != viewer.principal.id:
            raise Refused("This ticket is somebody else's.", code="ERR_FORBIDDEN", next_step=FRESH)
        if not self.seats.take(viewer.principal):
            raise Refused("All seats before the desktops are taken.", code="ERR_BUSY", retry_after=SEAT_SECONDS)
        return viewer

    async def ticket_holder(self, socket: WebSocket) -> Caller:
        """Who was given the ticket; a failure of its address when it was not given out here, used or too old."""
        ticket = socket.query_params.get("ticket", "")
        if ticket in self.tickets:
            secret = self.tickets.pop(ticket)
            owner = await self.gateway.access.redeem(ticket, f"vnc:{socket.path_params['id']}")
            if owner is not None:
                return Caller(owner, secret)
        self.gateway.strangers.failed(socket)
        raise Refused("This needs a valid ticket.", code="ERR_FORBIDDEN", next_step=FRESH)


async def deny(socket: WebSocket, refusal: GoferError) -> None:
    """Refuse to open, in the shape of every error where the server can."""
    if "websocket.http.response" in socket.scope.get("extensions", {}):
        await socket.send_denial_response(as_json(refusal))
    else:
        await socket.close(POLICY)


async def show(gateway: Gateway, socket: WebSocket, viewer: Caller, standing: Standing) -> None:
    """Connect one admitted viewer to the desktop until either side ends, or the viewer's secret is lost."""
    run_id = socket.path_params["id"]
    try:
        reader, writer = await gateway.desktops.open_vnc(run_id)
    except GoferError:
        await socket.close(AWAY)
        return
    try:
        await socket.accept("binary" if "binary" in socket.scope.get("subprotocols", ()) else None)
        control = Control(gateway, run_id, viewer.principal)
        await watched(control, Bridge(control, socket, reader, writer), standing.lost(viewer.secret))
    finally:
        writer.close()


async def watched(control: "Control", bridge: "Bridge", lost: Coroutine[None, None, None]) -> None:
    """Carry while the run's log says that this viewer is there; who cannot be entered there sees nothing."""
    try:
        await control.desktops.joined(control.run_id, control.viewer)
    except GoferError:
        lost.close()
        await bridge.hang_up(BUSY)
        return
    try:
        await bridge.carry(lost)
    finally:
        await control.desktops.left(control.run_id, control.viewer)


class Bridge:
    """Carries bytes both ways between one viewer and one desktop."""

    def __init__(
        self,
        control: "Control",
        socket: WebSocket,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.socket = socket
        self.reader = reader
        self.writer = writer
        self.control = control
        self.held = Held()

    async def carry(self, lost: Coroutine[None, None, None]) -> None:
        """Both ways at once; the first to end ends the other, and so does the end of `lost`."""
        ends = (self.to_viewer(), self.to_desktop(), self.sent_away(lost))
        ways = {asyncio.create_task(end) for end in ends}
        try:
            done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.writer.write(self.held.let_go())
            for way in ways:
                way.cancel()
            await asyncio.wait(ways)
        await self.hang_up(max(way.result() for way in done))

    async def sent_away(self, lost: Coroutine[None, None, None]) -> int:
        """The viewer may watch no longer."""
        await lost
        return POLICY

    async def to_viewer(self) -> int:
        """Pictures; reads no further while the viewer does not take what it was sent."""
        while data := await self.reader.read(FRAME_BYTES):
            try:
                await asyncio.wait_for(self.socket.send_bytes(data), STALLED_SECONDS)
            except (TimeoutError, WebSocketDisconnect):
                return POLICY
        return AWAY

    async def to_desktop(self) -> int:
        """What the viewer sends, without the input that it has no right to."""
        stream = ViewerStream()
        try:
            while True:
                data = await self.socket.receive_bytes()
                if len(data) > FRAME_BYTES:
                    return TOO_BIG
                await self.pass_on(list(stream.feed(data)))
        except WebSocketDisconnect:
            return 0
        except (BadRfb, KeyError, ConnectionError):  # KeyError: a text frame
            return POLICY

    async def pass_on(self, messages: list[Message]) -> None:
        """Send the desktop what may reach it."""
        for message in messages:
            if message.kind is Kind.VIEW:
                self.writer.write(message.data)
            elif message.kind is Kind.INPUT:
                await self.pass_input(message.data)
        await self.writer.drain()

    async def pass_input(self, data: bytes) -> None:
        """Keyboard and mouse, if this viewer holds control; if it no longer does, its keys are let go."""
        if await self.control.held():
            self.held.note(data)
            self.writer.write(data)
        else:
            self.writer.write(self.held.let_go())

    async def hang_up(self, code: int) -> None:
        """Tell the viewer that it is over, unless it left by itself."""
        if code:
            try:
                await self.socket.close(code)
            except RuntimeError:  # it left in the same moment
                return


class Control:
    """Whether a viewer holds control, asked at most every CONTROL_SECONDS."""

    def __init__(self, gateway: Gateway, run_id: str, viewer: Principal) -> None:
        self.desktops = gateway.desktops
        self.run_id = run_id
        self.viewer = viewer
        self.asked = float("-inf")
        self.answer = False

    async def held(self) -> bool:
        """The answer now, or a moment ago."""
        now = time.monotonic()
        if now - self.asked >= CONTROL_SECONDS:
            self.answer = await self.desktops.holds_control(self.run_id, self.viewer)
            self.asked = now
        return self.answer
