"""What the proxy says by itself: refusals, failures, and later the reason of a tunnel that was not opened."""

import asyncio
import errno
import socket
from urllib.parse import unquote, urlsplit

from gofer.core import egress
from gofer.core.egress import Answer, Verdict
from gofer.sandboxes.egress.policy import Forbidden, Target

MOST = 64
"""Answers that are remembered: a browser asks right after its tunnel failed."""

UNKNOWN = (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))


class Memory:
    """The newest answers. A browser tells nobody why it has no tunnel, so whoever drives it asks here."""

    def __init__(self) -> None:
        self._answers: dict[str, Answer] = {}

    def add(self, answer: Answer) -> None:
        """The newest for its host and port."""
        key = f"{answer.host}:{answer.port}"
        self._answers.pop(key, None)
        self._answers[key] = answer
        for old in list(self._answers)[:-MOST]:
            del self._answers[old]

    async def tell(self, writer: asyncio.StreamWriter, url: str) -> None:
        """The answer again that this address names."""
        answer = self._answers.get(unquote(urlsplit(url).path.lstrip("/")))
        if answer:
            await say(writer, *sentence(answer), answer)
        else:
            await say(writer, "404 Not Found", "Nothing was refused there.")


def refusal(asked: Target, error: Forbidden) -> Answer:
    """What the rules said."""
    if error.verdict is Verdict.NO_SUCH_HOST:
        return Answer(error.verdict, asked.host, asked.port, f"There is no address for the name {asked.host} (DNS)")
    return Answer(error.verdict, asked.host, asked.port, str(error))


def no_way(asked: Target, error: Exception, seconds: float) -> Answer:
    """What stopped the connection."""
    where = f"{asked.host} port {asked.port}"
    match error:
        case socket.gaierror() if error.errno in UNKNOWN:
            verdict, words = Verdict.NO_SUCH_HOST, f"There is no such host as {asked.host} (DNS)"
        case socket.gaierror():
            verdict, words = Verdict.UNREACHABLE, f"The name {asked.host} cannot be looked up now (DNS)"
        case ConnectionRefusedError():
            verdict, words = Verdict.NO_CONNECTION, f"{where} refused the connection"
        case TimeoutError():
            verdict, words = Verdict.SILENT, f"{where} did not answer the connection in {seconds:g} s"
        case OSError() if error.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH):
            verdict, words = Verdict.UNREACHABLE, f"There is no way to {where}: its network cannot be reached"
        case _:
            verdict, words = Verdict.UNREACHABLE, f"{where} cannot be reached"
    return Answer(verdict, asked.host, asked.port, words)


def sentence(answer: Answer) -> tuple[str, str]:
    """Status and words, for whoever sees the answer as a page."""
    if answer.refused:
        return "403 Forbidden", f"gofer's egress proxy refused this: {answer.words}."
    return "502 Bad Gateway", f"{answer.words}."


async def say(writer: asyncio.StreamWriter, status: str, words: str, answer: Answer | None = None) -> None:
    """A plain answer of the proxy itself."""
    body = f"{words}\n".encode()
    fields = f"Content-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
    if answer:
        fields += f"{egress.HEADER}: {answer.written()}\r\nCache-Control: no-store\r\n"
    writer.write(f"HTTP/1.1 {status}\r\n{fields}\r\n".encode() + body)
    await writer.drain()
