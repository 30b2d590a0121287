"""An egress proxy in a world of our own."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from gofer.core.sandbox import Traffic
from gofer.sandboxes.egress import EgressProxy
from gofer.sandboxes.egress.proxy import Patience

IMPATIENT = Patience(head=0.3, connect=2, idle=0.5, total=5)
SHOP = "shop.gofer.example"


@dataclass
class World:
    """A proxy, the shop behind it, a resolver of our own, and what the proxy reported."""

    folder: Path
    proxy: EgressProxy
    seen: list[Traffic]
    requests: list[bytes] = field(default_factory=list)

    async def say(self, *parts: bytes, pause: float = 0) -> bytes:
        """What the proxy answers to these bytes, until it hangs up."""
        reader, writer = await asyncio.open_unix_connection(str(self.folder / "proxy.sock"))
        for part in parts:
            writer.write(part)
            await asyncio.sleep(pause)
        try:
            async with asyncio.timeout(5):
                return await reader.read()
        except ConnectionResetError:
            return b""
        finally:
            writer.close()

    async def get(self, url: str) -> bytes:
        """A plain request."""
        return await self.say(f"GET {url} HTTP/1.1\r\nHost: whatever\r\n\r\n".encode())
