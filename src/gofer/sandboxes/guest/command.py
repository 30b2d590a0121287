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

    def follow(self, deadline: float | None) -> None:
        """Send output until the program ends, then the exit code; or stop it when nobody waits any more."""
        poll = select.poll()
        for fd in (*self.pipes, self.exited, self.connection.sock.fileno()):
            poll.register(fd, select.POLLIN)
        while self.pipes or self.exited >= 0:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            ready = [fd for fd, _ in poll.poll(None if left is None else left * 1000 + 1)]
            if not ready and self.exited < 0:
                break
            if not ready:
                return self.stop(b"T")
            if self.connection.sock.fileno() in ready:
                return self.stop(b"")
            if self.exited in ready:
                poll.unregister(self.exited)
                deadline = self._drain_until(deadline)
            for fd in ready:
                if fd in self.pipes and not self._pass_on(fd):
                    poll.unregister(fd)
            if self.sent > OUTPUT_LIMIT:
                return self.stop(b"L")
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        self.connection.send(b"x", str(128 - code if code < 0 else code).encode())
        return None

    def stop(self, word: bytes) -> None:
        """Kill everything in the program's session, then say why."""
        for name in os.listdir("/proc"):
            if name.isdigit() and session_of(name) == self.pid:
                kill(int(name))
        if word:
            self.connection.send(word)

    def _drain_until(self, deadline: float | None) -> float:
        """A background child may hold the pipes open for ever: wait a moment for the rest, no longer."""
        os.close(self.exited)
        self.exited = -1
        drained = time.monotonic() + DRAIN_SECONDS
        return drained if deadline is None else min(drained, deadline)

    def _pass_on(self, fd: int) -> bool:
        chunk = os.read(fd, 1 << 16)
        self.sent += len(chunk)
        if chunk:
            self.connection.send(self.pipes[fd], chunk)
        else:
            del self.pipes[fd]
        return bool(chunk)


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
