"""A real desktop: seen over VNC, driven over CDP, and the one way to its browser."""

import asyncio
import struct
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import async_playwright

from gofer.core.errors import Unavailable
from gofer.core.sandbox import Profile, SandboxSpec
from gofer.core.screen import Screen
from gofer.sandboxes.local import LocalSandboxes, desktop, image, rfb
from gofer.sandboxes.local.sandbox import LocalSandbox

pytestmark = pytest.mark.chromium
SPEC = SandboxSpec(profile=Profile.DESKTOP)
PAGE = b"<title>shop</title><body style='background:#0a0' onmousedown='document.title=event.type'>"


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[LocalSandbox]:
    """A desktop that can reach one small shop."""

    async def shop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(PAGE) + PAGE)
        writer.close()

    server = await asyncio.start_unix_server(shop, str(tmp_path / "shop.sock"))
    provider = LocalSandboxes(tmp_path / "s", {"shop.gofer.example": str(tmp_path / "shop.sock")})
    box = await provider.create(SPEC)
    yield box
    await box.close()
    assert box.ref
    await provider.destroy(box.ref)
    server.close()
    assert list((tmp_path / "s").iterdir()) == []


@pytest.fixture
def screen(box: LocalSandbox) -> Screen:
    """Its desktop."""
    assert box.screen
    return box.screen


async def ask(endpoint: str, request: str) -> bytes:
    """The first line that the forwarder answers."""
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(endpoint).port)
    writer.write(request.encode())
    line = await reader.readline()
    writer.close()
    return line


def pixel(png: bytes, x: int, y: int) -> tuple[int, ...]:
    """A pixel of one of our own PNGs."""
    width, start = struct.unpack(">I", png[16:20])[0], png.index(b"IDAT")
    length = struct.unpack(">I", png[start - 4 : start])[0]
    rows = zlib.decompress(png[start + 4 : start + 4 + length])
    at = y * (width * 3 + 1) + 1 + x * 3
    return tuple(rows[at : at + 3])


async def test_a_person_takes_over_what_playwright_opened(box: LocalSandbox, screen: Screen) -> None:
    async with async_playwright() as driver:
        browser = await driver.chromium.connect_over_cdp(await screen.browser_endpoint())
        page = browser.contexts[0].pages[0]
        await page.goto("http://shop.gofer.example/")
        assert await page.title() == "shop"
        await shows(screen, (0, 170, 0))
        desktop = await rfb.shake_hands(await screen.open_vnc())
        desktop.click(512, 500)
        await page.wait_for_function("document.title == 'mousedown'", timeout=5000)
        desktop.close()
        refused = await page.goto("http://127.0.0.1:9222/json/version")
        assert refused
        assert refused.status == 403
        await browser.close()


async def shows(screen: Screen, colour: tuple[int, int, int]) -> None:
    """Wait until the middle of the desktop has this colour."""
    async with asyncio.timeout(5):
        while pixel(await screen.screenshot(), 512, 500) != colour:
            await asyncio.sleep(0.05)
    assert screen.size == (1024, 768)


async def test_nothing_but_the_secret_websocket_reaches_the_browser(box: LocalSandbox, screen: Screen) -> None:
    endpoint = await screen.browser_endpoint()
    secret = urlsplit(endpoint).path
    upgrade = "Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    for path in ("/json/version", "/json/list", "/json/new", "/", "/devtools/page/1", secret[:-1], f"{secret}?"):
        assert b" 403 " in await ask(endpoint, f"GET {path} HTTP/1.1\r\n{upgrade}{key}")
    assert b" 403 " in await ask(endpoint, f"GET {secret} HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b" 403 " in await ask(endpoint, f"POST {secret} HTTP/1.1\r\n{upgrade}{key}")
    assert b" 101 " in await ask(endpoint, f"GET {secret} HTTP/1.1\r\n{upgrade}{key}")
    await box.close()
    with pytest.raises(OSError, match="Connect call failed"):
        await ask(endpoint, f"GET {secret} HTTP/1.1\r\n{upgrade}{key}")


async def test_chromium_keeps_its_own_sandbox_and_comes_back_after_a_crash(box: LocalSandbox, screen: Screen) -> None:
    endpoint = await screen.browser_endpoint()
    status = "for p in $(pgrep -f type=renderer); do grep Seccomp: /proc/$p/status; done; pgrep -f -- --no-sandbox$"
    assert "Seccomp:\t2" in (await box.run(status, shell=True)).stdout
    await box.run(["pkill", "-9", "-f", "remote-debugging-port"])
    async with asyncio.timeout(20):
        while await again(screen) in ("", endpoint):
            await asyncio.sleep(0.05)


async def again(screen: Screen) -> str:
    """The browser's address, or nothing while it is down."""
    try:
        return await screen.browser_endpoint()
    except Unavailable:
        return ""


async def test_xvfb_with_x11vnc_does_the_work_of_xvnc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not all(image.has(Path("/"), program) for program in ("Xvfb", "x11vnc")):
        pytest.skip("the fallback needs: apt-get install xvfb x11vnc")
    files = desktop.files()
    script = files[desktop.SCRIPT]
    assert script.count("command -v Xvnc") == 2
    files[desktop.SCRIPT] = script.replace("command -v Xvnc", "command -v Xvnc-is-not-here")
    monkeypatch.setattr(desktop, "files", lambda: files)
    provider = LocalSandboxes(tmp_path / "s")
    box = await provider.create(SPEC)
    assert box.screen
    assert "Xvnc" not in (await box.run(["ps", "ax"])).stdout
    async with async_playwright() as driver:
        browser = await driver.chromium.connect_over_cdp(await box.screen.browser_endpoint())
        page = browser.contexts[0].pages[0]
        await page.goto("data:text/html," + PAGE.decode().replace("#", "%23"))
        await shows(box.screen, (0, 170, 0))
        hand = await rfb.shake_hands(await box.screen.open_vnc())
        hand.click(512, 500)
        await page.wait_for_function("document.title == 'mousedown'", timeout=5000)
        hand.close()
        await browser.close()
    await box.close()
    assert box.ref
    await provider.destroy(box.ref)
