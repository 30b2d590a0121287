"""The live desktop: noVNC's WebSocket bridged to the run's RFB socket, input only for whoever holds control."""

import asyncio
import time
from dataclasses import dataclass, field

from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect
from starlette.responses import JSONResponse, Response

from gofer.core.errors import GoferError, Refused
from gofer.core.principal import Principal
from gofer.web.auth import from_own_page, identify, session_of
from gofer.web.calling import call
from gofer.web.gateway import Gateway
from gofer.web.rfb import BadRfb, Held, Kind, Message, ViewerStream

TICKET_SECONDS = 30.0
CONTROL_SECONDS = 0.2
"""How long an answer to "does this viewer hold control?" is used again."""
FRAME_BYTES = 64 * 1024
STALLED_SECONDS = 20.0
"""A viewer that takes nothing for this long is dropped."""
SEATS = 64
SEATS_EACH = 8
POLICY, TOO_BIG, AWAY = 1008, 1009, 1001


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


def add_routes(app: FastAPI, gateway: Gateway) -> None:
    """Serve tickets for live desktops, and the desktops themselves."""
    seats = Seats()

    async def ticket(request: Request) -> Response:
        viewer = await identify(gateway, request)
        return JSONResponse(await issue(gateway, viewer, request.path_params["id"]))

    async def vnc(socket: WebSocket) -> None:
        viewer = await admitted(gateway, socket)
        if viewer is None or not seats.take(viewer):
            await socket.close(POLICY)
            return
        try:
            await show(gateway, socket, viewer)
        finally:
            seats.leave(viewer)

    app.add_route("/runs/{id}/vnc-ticket", ticket, methods=["POST"])
    app.add_api_websocket_route("/runs/{id}/vnc", vnc)


async def issue(gateway: Gateway, viewer: Principal, run_id: str) -> dict[str, str]:
    """A single-use ticket for this viewer and this run's desktop."""
    await call(gateway, viewer, "run.show", {"id": run_id})
    if not gateway.desktops.watchable(run_id):
        raise Refused("This run has no desktop right now.", code="ERR_NOT_FOUND", next_step="Watch its events.")
    secret = await gateway.access.ticket(viewer, f"vnc:{run_id}", TICKET_SECONDS)
    return {"ticket": secret, "path": f"/runs/{run_id}/vnc?ticket={secret}"}


async def admitted(gateway: Gateway, socket: WebSocket) -> Principal | None:
    """Whose valid ticket this is, shown by a page of ours and in the browser it was given to."""
    if from_own_page(gateway, socket) is False:
        return None
    run_id = socket.path_params["id"]
    viewer = await gateway.access.redeem(socket.query_params.get("ticket", ""), f"vnc:{run_id}")
    visitor = await session_of(gateway, socket)
    return viewer if visitor is None or viewer is None or visitor.id == viewer.id else None


async def show(gateway: Gateway, socket: WebSocket, viewer: Principal) -> None:
    """Connect one admitted viewer to the desktop until either side ends."""
    run_id = socket.path_params["id"]
    try:
        reader, writer = await gateway.desktops.open_vnc(run_id)
    except GoferError:
        await socket.close(AWAY)
        return
    try:
        await socket.accept("binary" if "binary" in socket.scope.get("subprotocols", ()) else None)
        await gateway.desktops.joined(run_id, viewer)
        try:
            await Bridge(gateway, viewer, socket, reader, writer).carry()
        finally:
            await gateway.desktops.left(run_id, viewer)
    finally:
        writer.close()


class Bridge:
    """Carries bytes both ways between one viewer and one desktop."""

    def __init__(
        self,
        gateway: Gateway,
        viewer: Principal,
        socket: WebSocket,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.socket = socket
        self.reader = reader
        self.writer = writer
        self.control = Control(gateway, socket.path_params["id"], viewer)
        self.held = Held()

    async def carry(self) -> None:
        """Both ways at once; the first to end ends the other."""
        ways = {asyncio.create_task(self.to_viewer()), asyncio.create_task(self.to_desktop())}
        try:
            done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.writer.write(self.held.let_go())
            for way in ways:
                way.cancel()
            await asyncio.wait(ways)
        await self.hang_up(max(way.result() for way in done))

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
