"""A kernel with real desktops, a real browser and one small site, for tests of sessions and sharing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import BaseModel
from pydantic_ai.messages import WorkspaceRef

from gofer.browser.driver import opened, shared, stop
from gofer.core.application import Application, RunContext
from gofer.core.browser import Browser
from gofer.core.errors import Unavailable
from gofer.core.question import Question
from gofer.core.sandbox import Egress, Profile, SandboxSpec, Traffic
from gofer.kernel.parts import Policy
from gofer.sandboxes.local import LocalSandboxes
from gofer.testing.harness import Harness, Setup, harness

HOST = "site.example"
COOKIE = "canary-5e1f0c"
PAGE = f"""<title>site</title><p id=told></p><script>
document.getElementById("told").textContent = document.cookie.includes("{COOKIE}") ? "known" : "stranger";
if (location.pathname == "/enter") document.cookie = "who={COOKIE}; max-age=100000; path=/";
</script>""".encode()


class Errand(BaseModel):
    """Where to go, how, and as whom."""

    paths: list[str] = ["/"]
    profile: str | None = None
    shared: bool = False
    allow: tuple[str, ...] = ()
    ask: bool = False
    ending: str = "well"


async def browse(run: RunContext, errand: Errand) -> str:
    """Visit each address, and say what the last page said."""
    if errand.shared:
        async with run.shared_browser(Egress(allow=errand.allow), errand.profile) as browser:
            return await _visit(run, browser, errand)
    spec = SandboxSpec(profile=Profile.DESKTOP, egress=Egress(allow=errand.allow))
    async with run.sandbox(spec) as box, run.browser(box, errand.profile) as browser:
        return await _visit(run, browser, errand)


async def _visit(run: RunContext, browser: Browser, errand: Errand) -> str:
    said = ""
    for number, path in enumerate(errand.paths, 1):

        async def look(path: str = path) -> str:
            await browser.navigate(path if path.startswith("http") else f"http://{HOST}{path}")
            return (await browser.extract_data("body", {"text": "body *"}))[0]["text"]

        said = await run.step(look, name=f"visit {number}")
    if errand.ask:
        await run.ask(Question(text="Go on?"))
    if errand.ending == "down":
        raise Unavailable("down")
    return said


APPLICATION = Application(name="errand", summary="Visits a site.", input=Errand, flow=browse)


@asynccontextmanager
async def site(folder: Path) -> AsyncIterator[str]:
    """One page on a unix socket; it says who it takes the visitor for."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(PAGE) + PAGE)
        writer.close()

    address = str(folder / "site.sock")
    server = await asyncio.start_unix_server(answer, address)
    yield address
    server.close()


@asynccontextmanager
async def browsing(folder: Path, policy: Policy | None = None) -> AsyncIterator[Harness]:
    """A kernel whose errands browse."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    kernels: list[Harness] = []

    def told(ref: WorkspaceRef, traffic: Traffic) -> None:
        for one in kernels:
            one.kernel.lender.tell_traffic(ref, traffic)

    async with site(folder) as address:
        setup = Setup(
            folder=folder,
            applications=[APPLICATION],
            policy=policy or Policy(attempts=2, retry_seconds=0.05),
            sandboxes=LocalSandboxes(folder / "sandboxes", names={HOST: address}, on_traffic=told),
            open_browser=lambda screen, sitting: opened(screen, None, sitting),
            share_browser=shared,
        )
        async with harness(setup) as one:
            kernels.append(one)
            yield one
        for ref in await setup.sandboxes.living():
            await setup.sandboxes.destroy(ref)
    await stop()
