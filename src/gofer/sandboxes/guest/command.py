"""A command inside the sandbox: started, followed, stopped."""

import os
import select
import time

from gofer.sandboxes.guest.frames import Connection

HOME = "/workspace"
OUTPUT_LIMIT = 10 * 1024 * 1024
DRAIN_SECONDS = 0.1
SIGPIPE, SIGKILL, SIGXFSZ = 13, 9, 25


class Command:
    """A running program, its output on the way to gofer."""

    def __init__(self, connection: Connection, argv: list[str]) -> None:
        self.connection = connection
        self.sent = 0
        out, out_end = os.pipe()
        err, err_end = os.pipe()
        self.pid = os.posix_spawnp(
            argv[0],
            argv,
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, out_end, 1),
                (os.POSIX_SPAWN_DUP2, err_end, 2),
            ],
            setsid=True,
            setsigdef=[SIGPIPE, SIGXFSZ],
        )
        os.close(out_end)
        os.close(err_end)
        self.pipes = {out: b"o", err: b"e"}
        self.exited = os.pidfd_open(self.pid)
        self.poll = select.poll()

    def follow(self, deadline: float | None) -> None:
        """Send output until the program ends, then the exit code; or stop it when nobody waits any more."""
        for fd in (*self.pipes, self.exited, self.connection.sock.fileno()):
            self.poll.register(fd, select.POLLIN)
        while self.pipes or self.exited >= 0:
            ready = self._wait(deadline)
            if not ready and self.exited < 0:
                break
            if (word := self._verdict(ready)) is not None:
                return self.stop(word)
            if self.exited in ready:
                deadline = self._drain_until(deadline)
            self._pass_on(ready)
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.connection.send(b"x", str(128 - code if code < 0 else code).encode())

    def _wait(self, deadline: float | None) -> list[int]:
        """What there is to read; nothing when the time is up."""
        left = None if deadline is None else max(0.0, deadline - time.monotonic()) * 1000 + 1
        return [fd for fd, _ in self.poll.poll(left)]

    def _verdict(self, ready: list[int]) -> bytes | None:
        """Why the program has to be stopped, as gofer is told; None when it may go on."""
        if self.connection.sock.fileno() in ready:
            return b""  # gofer hung up, so nobody is told
        if self.sent > OUTPUT_LIMIT:
            return b"L"
        return None if ready else b"T"

    def stop(self, word: bytes) -> None:
        """Kill everything in the program's session, then say why."""
        for name in os.listdir("/proc"):
            if name.isdigit() and session_of(name) == self.pid:
                kill(int(name))
        if word:
            self.connection.send(word)

    def _drain_until(self, deadline: float | None) -> float:
        """A background child may hold the pipes open for ever: wait a moment for the rest, no longer."""
        self.poll.unregister(self.exited)
        os.close(self.exited)
        self.exited = -1
        drained = time.monotonic() + DRAIN_SECONDS
        return drained if deadline is None else min(drained, deadline)

    def _pass_on(self, ready: list[int]) -> None:
        for fd in self.pipes.keys() & set(ready):
            chunk = os.read(fd, 1 << 16)
            self.sent += len(chunk)
            if chunk:
                self.connection.send(self.pipes[fd], chunk)
            else:
                self.poll.unregister(fd)
                del self.pipes[fd]


def session_of(pid: str) -> int:
    """The session of a process, or -1 when it is gone."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return int(file.read().rpartition(")")[2].split()[3])
    except OSError:
        return -1


def kill(pid: int) -> None:
    """End a process that may have ended already."""
    try:
        os.kill(pid, SIGKILL)
    except ProcessLookupError:
        return


def run(connection: Connection, timeout: str, count: str, *words: str) -> None:
    """Run a command in the workspace; `words` are `count` settings NAME=VALUE and then the arguments."""
    deadline = time.monotonic() + float(timeout) if timeout else None
    split = int(count)
    os.environ.update(word.partition("=")[::2] for word in words[:split])
    os.chdir(HOME)
    prefer_for_oom()
    try:
        command = Command(connection, list(words[split:]))
    except (FileNotFoundError, PermissionError, NotADirectoryError) as error:
        missing = not isinstance(error, PermissionError)
        connection.send(b"e", f"{words[split]}: {'command not found' if missing else 'Permission denied'}\n".encode())
        connection.send(b"x", b"127" if missing else b"126")
        return
    try:
        command.follow(deadline)
    except OSError:
        command.stop(b"")


def prefer_for_oom() -> None:
    """Let the kernel kill a greedy command before it kills this agent."""
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("500")
