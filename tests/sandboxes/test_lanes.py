"""Ways out of one sandbox: many at once, each with a port and rules of its own."""

import asyncio
from pathlib import Path

import pytest
from pydantic_ai.messages import WorkspaceRef
from pydantic_ai.workspaces import CommandResult, WorkspaceTimeoutError, WorkspaceUnavailableError

from gofer.core.errors import Unavailable
from gofer.core.sandbox import Egress, SandboxSpec, Traffic
from gofer.core.sharing import TrafficTold
from gofer.sandboxes.egress import EgressProxy
from gofer.sandboxes.local import LocalSandboxes
from gofer.sandboxes.local.lanes import Lanes, LocalLane, name
from gofer.sandboxes.local.place import PROVIDER, Place, find

MANY = 6
ASK = b"GET http://site-%d.test/ HTTP/1.1\r\n\r\n"


class Guest:
    """A sandbox whose relays only wait; it can be gone, or never get to listen."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.relays = 0
        self.trouble: Exception | None = None
        (folder / "net").mkdir(parents=True)
        (folder / "uid").write_text("0")

    async def place(self) -> Place:
        await asyncio.sleep(0)
        return find(self.folder.parent, WorkspaceRef(provider=PROVIDER, id=self.folder.name))

    async def run(self, command: str, *, shell: bool, timeout: float | None = None) -> CommandResult:
        """`timeout` is what tells the look at the port from the relay itself."""
        if timeout is None:
            self.relays += 1
            await asyncio.Event().wait()
        await asyncio.sleep(0.01)
        if self.trouble is not None:
            raise self.trouble
        return CommandResult(exit_code=0, stdout="", stderr="")


@pytest.fixture
def guest(tmp_path: Path) -> Guest:
    return Guest(tmp_path / "guest")


def proxy(rules: Egress, told: TrafficTold) -> EgressProxy:
    """One whose every name leads nowhere: 502 says that the rules let it pass, 403 that they did not."""

    async def nowhere(host: str, port: int) -> list[str]:
        raise OSError

    return EgressProxy(rules, on_traffic=told, resolve=nowhere)


def only(number: int) -> Egress:
    """Rules that allow one site."""
    return Egress(allow=(f"site-{number}.test",))


async def passes(folder: Path, lane: LocalLane, number: int) -> bool:
    """Whether a guest that goes through this lane's port gets to that site."""
    path = folder / "net" / name(int(lane.address.rpartition(":")[2]))
    reader, writer = await asyncio.open_unix_connection(str(path))
    writer.write(ASK % number)
    answer = await reader.read()
    writer.close()
    assert answer[9:12] in (b"502", b"403")
    return answer[9:12] == b"502"


async def test_lanes_opened_at_once_keep_their_own_ports_rules_and_counts(guest: Guest) -> None:
    lanes, counted = Lanes(guest, proxy), [0] * MANY

    async def opened(number: int) -> LocalLane:
        def told(traffic: Traffic, /) -> None:
            counted[number] += 1

        lane = await lanes.open(told)
        lane.allow(only(number))
        return lane

    made = await asyncio.gather(*map(opened, range(MANY)))
    assert len({lane.address for lane in made}) == MANY
    for number, lane in enumerate(made):
        assert [await passes(guest.folder, lane, other) for other in range(MANY)] == [
            other == number for other in range(MANY)
        ]
    assert counted == [MANY] * MANY
    for lane in made[1:]:
        await lane.close()
    assert await passes(guest.folder, made[0], 0), "the end of others does not cut it off"
    await made[0].close()


async def test_a_port_is_free_again_only_when_its_lane_is_closed(guest: Guest) -> None:
    lanes = Lanes(guest, proxy)
    first, second = [await lanes.open(lambda traffic: None) for _ in range(2)]
    lanes.close()
    third = await lanes.open(lambda traffic: None)
    assert third.address not in (first.address, second.address), "its relays ended, and both are still open"
    await first.close()
    fourth = await lanes.open(lambda traffic: None)
    assert fourth.address == first.address
    await first.close()
    fifth = await lanes.open(lambda traffic: None)
    assert fifth.address != fourth.address, "closing twice frees nothing that is another's"
    for lane in (second, third, fourth, fifth):
        await lane.close()


async def test_a_relay_serves_one_lane_after_another(guest: Guest) -> None:
    lanes = Lanes(guest, proxy)
    for number in range(3):
        lane = await lanes.open(lambda traffic: None)
        lane.allow(only(number))
        assert await passes(guest.folder, lane, number)
        await lane.close()
    assert guest.relays == 1


@pytest.mark.parametrize(
    "trouble", [WorkspaceTimeoutError("slow"), WorkspaceUnavailableError("gone"), asyncio.CancelledError()]
)
async def test_a_lane_that_does_not_open_leaves_nothing_open(guest: Guest, trouble: Exception) -> None:
    made: list[EgressProxy] = []

    def known(rules: Egress, told: TrafficTold) -> EgressProxy:
        made.append(proxy(rules, told))
        return made[-1]

    lanes, guest.trouble = Lanes(guest, known), trouble
    with pytest.raises(asyncio.CancelledError if isinstance(trouble, asyncio.CancelledError) else Unavailable):
        await lanes.open(lambda traffic: None)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_unix_connection(str(guest.folder / "net" / name(3200)))
    guest.trouble = None
    lane = await lanes.open(lambda traffic: None)
    assert lane.address == "http://127.0.0.1:3200"
    assert guest.relays == 2
    await lane.close()


async def test_in_a_real_sandbox_each_port_leads_to_its_own_rules(local: LocalSandboxes) -> None:
    box = await local.create(SandboxSpec())
    made = await asyncio.gather(*(box.lane(lambda traffic: None) for _ in range(3)))
    for number, lane in enumerate(made):
        lane.allow(only(number))

    async def status(lane: LocalLane, number: int) -> str:
        ask = f"printf 'GET http://site-{number}.test/ HTTP/1.1\\r\\n\\r\\n'"
        told = await box.run(f"{ask} | socat -t 20 - TCP:{lane.address[7:]} | head -1", shell=True, timeout=30)
        return told.stdout[9:12]

    for number, lane in enumerate(made):
        assert await status(lane, number) == "502"
        assert await status(lane, (number + 1) % 3) == "403"
    for lane in made:
        await lane.close()
    await box.close()
