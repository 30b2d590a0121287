"""Runs inside a sandbox and does there what gofer asks for over a unix socket: commands and files.

This package uses `_socket` instead of `socket`, and no `signal`, `json` or `subprocess`: those import
`enum` and `re` and would double the 10 ms that a sandbox takes to be ready. Every request is handled in
a forked process of its own, so a command that eats all memory takes only itself along.
"""

import _socket
import os
import select
import sys

from gofer.sandboxes.guest import files
from gofer.sandboxes.guest.command import SIGPIPE, SIGXFSZ, run
from gofer.sandboxes.guest.frames import Connection

SOCKET = "/run/sbx/exec.sock"


def ping(connection: Connection) -> None:
    """Say that the sandbox lives."""
    connection.send(b"x")


OPERATIONS = {
    "run": run,
    "read": files.read,
    "write": files.write,
    "stat": files.look,
    "list": files.list_folder,
    "mkdir": files.make_folder,
    "remove": files.remove,
    "exists": files.exists,
    "realpath": files.realpath,
    "ping": ping,
}


def handle(sock: _socket.socket) -> None:
    """Do one request."""
    connection = Connection(sock)
    try:
        name, *words = connection.receive().decode("utf-8", "surrogateescape").split("\0")
        OPERATIONS[name](connection, *words)  # type: ignore[operator]  # every operation has its own words
    except OSError as error:
        connection.send(b"!", f"{error.errno or 0}\0{error.strerror or error}".encode("utf-8", "replace"))


def serve(listener: _socket.socket) -> None:
    """Handle requests for ever, each in a process of its own."""
    poll = select.poll()
    poll.register(listener.fileno(), select.POLLIN)
    children = 0
    while True:
        if not poll.poll(1000 if children else None):
            children -= reap()
            continue
        fd, _ = listener._accept()  # type: ignore[attr-defined]  # what `socket.accept` calls
        children += handle_apart(_socket.socket(fileno=fd), listener) - reap()


def handle_apart(sock: _socket.socket, listener: _socket.socket) -> int:
    """Handle one request in a child; 1 when there is one now."""
    try:
        child = os.fork()
    except OSError:
        Connection(sock).send(b"!", b"11\0the sandbox has no process left for this")
        sock.close()
        return 0
    if child == 0:
        listener.close()
        try:
            handle(sock)
        finally:
            os._exit(0)
    sock.close()
    return 1


def reap() -> int:
    """Collect children that ended; how many there were."""
    count = 0
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            count += 1
    except ChildProcessError:
        return count
    return count


def start_beside(argv: list[str]) -> None:
    """Start a program of the sandbox's own, without output."""
    null = [(os.POSIX_SPAWN_OPEN, fd, "/dev/null", os.O_RDWR, 0) for fd in (0, 1, 2)]
    os.posix_spawnp(argv[0], argv, os.environ, file_actions=null, setsid=True, setsigdef=[SIGPIPE, SIGXFSZ])


def main() -> None:
    """Listen, tell the keeper by a byte on standard output, start what belongs to the sandbox, and serve."""
    listener = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    listener.bind(SOCKET)
    listener.listen(64)
    os.write(1, b"r")
    os.dup2(os.open("/dev/null", os.O_RDWR), 1)
    for word in sys.argv[1:]:
        start_beside(["/bin/sh", "-c", word])
    serve(listener)
