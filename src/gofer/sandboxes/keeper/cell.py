"""bubblewrap with everything inside, as the keeper's child."""

import os
import resource
import select
from collections.abc import Iterable

from gofer.sandboxes.keeper.groups import join
from gofer.sandboxes.keeper.orders import SIGKILL, Failed, Orders

START_SECONDS = 20.0


class Cell:
    """The running sandbox: bubblewrap and the pipes from it.

    It is forked before there is a disk, and joins its control groups meanwhile, which may take a while.
    """

    def __init__(self, orders: Orders) -> None:
        self.orders = orders
        go, self.go = os.pipe()
        self.out, out_end = os.pipe()
        self.err, err_end = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.go)
            self._become(go, out_end, err_end)
        for end in (go, out_end, err_end):
            os.close(end)
        os.set_blocking(self.err, False)
        self.exited = os.pidfd_open(self.pid)
        self.said = b""

    def _become(self, go: int, out: int, err: int) -> None:
        try:
            os.dup2(os.open(os.devnull, os.O_RDWR), 0)
            os.dup2(out, 1)
            os.dup2(err, 2)
            os.setsid()
            for path, *_ in self.orders.groups:
                join(path)
            arguments = ["bwrap", *self._files(), *self.orders.arguments]
            if os.read(go, 1):  # nothing, when the keeper died or gave up
                self._drop()
                os.execve(self.orders.words["bwrap"], arguments, {})
        except BaseException as error:
            os.write(2, str(error).encode())
        finally:
            os._exit(1)

    def _drop(self) -> None:
        for number, value in self.orders.rlimits:
            hard = resource.getrlimit(number)[1]
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(number, (value, value))
        if os.geteuid() == 0 and self.orders.uid:
            os.setgroups([])
            os.setresgid(self.orders.uid, self.orders.uid, self.orders.uid)
            os.setresuid(self.orders.uid, self.orders.uid, self.orders.uid)

    def _files(self) -> Iterable[str]:
        for folder in sorted({os.path.dirname(path) for path, _ in self.orders.files}):
            yield from ("--perms", "0755", "--dir", folder)
        for path, content in self.orders.files:
            fd = os.memfd_create("file", 0)
            os.write(fd, content)
            os.lseek(fd, 0, os.SEEK_SET)
            yield from ("--perms", "0644", "--file", str(fd), path)

    def start(self) -> None:
        """Let bubblewrap start, and wait until the agent inside listens."""
        os.write(self.go, b"g")
        os.close(self.go)
        poll = select.poll()
        poll.register(self.out, select.POLLIN)
        if not poll.poll(START_SECONDS * 1000):
            raise Failed("the sandbox did not start in time")
        if os.read(self.out, 1) != b"r":
            self.kill()
            self.listen_to_errors()
            raise Failed(self.said.decode("utf-8", "replace").strip() or "bubblewrap ended at once")

    def listen_to_errors(self) -> bool:
        """Keep the end of what bubblewrap says; False when it will say no more."""
        try:
            chunk = os.read(self.err, 1 << 16)
        except BlockingIOError:
            return True
        self.said = (self.said + chunk)[-4000:]
        return bool(chunk)

    def kill(self) -> None:
        """End every process inside and wait for it."""
        if self.exited >= 0:
            os.kill(self.pid, SIGKILL)
            os.waitpid(self.pid, 0)
            os.close(self.exited)
            self.exited = -1
