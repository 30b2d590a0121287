"""Where `gofer up` listens, and where it would not be safe to."""

import errno
import ipaddress
import os
import socket
from contextlib import suppress

import typer

from gofer.core.errors import Refused
from gofer.settings import Server

HOST_ADVICE = "Set `[server] host` in gofer.toml to an address of this machine, such as 127.0.0.1."


def listen(server: Server, port: int | None) -> socket.socket:
    """A socket on the wanted port, taken before anything else starts; raises `Refused` (ERR_SETTINGS)."""
    _refuse_bare(server)
    wanted = server.port if port is None else port
    family = socket.AF_INET6 if ":" in server.host else socket.AF_INET
    try:
        return socket.create_server((server.host, wanted), family=family, backlog=128)
    except socket.gaierror as error:
        message = f"gofer cannot listen on {server.host}: nobody knows a machine of that name ({error.strerror})."
        raise Refused(message, code="ERR_SETTINGS", next_step=HOST_ADVICE) from error
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            message = f"gofer cannot listen on {server.host}: it is not an address of this machine."
            raise Refused(message, code="ERR_SETTINGS", next_step=HOST_ADVICE) from error
        message = f"gofer cannot listen on {server.host}, port {wanted}: {os.strerror(error.errno or 0)}."
        next_step = "Choose another port with `gofer up --port N`, or stop the program that has it."
        raise Refused(message, code="ERR_SETTINGS", next_step=next_step) from error


def address(listening: socket.socket) -> str:
    """How this machine reaches it."""
    host, port = listening.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _refuse_bare(server: Server) -> None:
    """Beyond this machine only behind TLS, whose public address is then among the origins."""
    if _loopback(server.host):
        return
    if not server.origins:
        raise Refused(
            f"gofer would listen on {server.host}, open to the network and without TLS.",
            code="ERR_SETTINGS",
            next_step="Put a TLS proxy in front and name its https:// address in `[server] origins`.",
        )
    proxies = ", ".join(server.origins)
    typer.secho(f"note: gofer listens on {server.host}; keep it behind the TLS of {proxies}.", err=True, bold=True)


def _loopback(host: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"
