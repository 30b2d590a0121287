"""The walls of a sandbox: bubblewrap's arguments, rlimits, made-up files, as orders for its keeper."""

import marshal
import os
import resource
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash
from pathlib import Path

from gofer.core.sandbox import Profile, SandboxSpec
from gofer.sandboxes import guest
from gofer.sandboxes.keeper.disk import STAGE
from gofer.sandboxes.local.desktop import DISPLAY
from gofer.sandboxes.local.disk import Page
from gofer.sandboxes.local.machine import Machine

PROXY = "http://127.0.0.1:3128"
ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "HOME": "/home/user",
    "USER": "user",
    "LANG": "C.UTF-8",
    "http_proxy": PROXY,
    "https_proxy": PROXY,
    "HTTP_PROXY": PROXY,
    "HTTPS_PROXY": PROXY,
    "SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt",
}
MADE_UP = {
    "/etc/passwd": "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/home/user:/bin/sh\n",
    "/etc/group": "root:x:0:\nuser:x:1000:\n",
    "/etc/hosts": "127.0.0.1 localhost sbx\n",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}
TOP = ("lib", "lib32", "lib64", "libx32", "bin", "sbin")
ETC = ("ssl/certs", "ssl/openssl.cnf", "alternatives", "ld.so.cache", "mime.types", "localtime")
ETC_DESKTOP = ("fonts", "chromium", "chromium.d", "xdg", "X11")
RELAY = "exec socat TCP-LISTEN:3128,bind=127.0.0.1,fork,reuseaddr,backlog=64 UNIX-CONNECT:/run/net/proxy.sock"
LIBRARY = "/run/gofer"
AGENT = f"import sys; sys.path.append({LIBRARY!r}); from gofer.sandboxes.guest.agent import main; main()"
NOFILE = 8192


@dataclass(frozen=True)
class Jail:
    """One sandbox to be: what was asked for, on this machine."""

    spec: SandboxSpec
    machine: Machine
    root: Path
    idle_seconds: float
    extra_files: dict[str, str]
    start: tuple[str, ...]
    disk: Sequence[Page]

    def frames(self, identity: str) -> Iterator[bytes]:
        """The orders for the keeper of the sandbox with this id; the keeper explains the form."""
        for name, word in self._words(identity).items():
            yield frame("word", name, word)
        for number, value in self._rlimits().items():
            yield frame("rlimit", str(number), str(value))
        groups = self.machine.groups
        for group in groups.orders(identity, self.spec.limits) if groups else []:
            yield frame("group", *group)
        for path, content in ((MADE_UP | self.extra_files) | agent_files()).items():
            yield frame("file", path, content)
        for offset, content in self.disk:
            yield frame("page", str(offset), content)
        yield frame("arguments", *self._arguments(identity))

    def _words(self, identity: str) -> dict[str, str]:
        return {
            "bwrap": self.machine.bwrap,
            "root": str(self.root),
            "id": identity,
            "uid": str(own_uid() if self.machine.is_root else self.machine.uid),
            "image": self.spec.image or "",
            "staged": "yes" if self.machine.is_root else "no",
            "disk": "image" if self.disk else "watched",
            "disk_mb": str(self.spec.limits.disk_mb),
            "wall": str(self.spec.limits.wall_seconds),
            "idle": str(self.idle_seconds),
        }

    def _rlimits(self) -> dict[int, int]:
        limits, groups = self.spec.limits, self.machine.groups
        grouped = groups.parents if groups else {}
        wanted = {resource.RLIMIT_CORE: 0, resource.RLIMIT_NOFILE: NOFILE, resource.RLIMIT_FSIZE: limits.disk_mb << 20}
        if self.machine.is_root:  # the user is the sandbox's own, so the count is too
            wanted[resource.RLIMIT_NPROC] = limits.pids
        elif "pids" not in grouped:
            wanted[resource.RLIMIT_NPROC] = limits.pids + processes_of(self.machine.uid)
        if "memory" not in grouped and self.spec.profile is Profile.CODE:
            wanted[resource.RLIMIT_AS] = limits.memory_mb << 20
        return wanted

    def _arguments(self, identity: str) -> Iterator[str]:
        yield from self._system()
        yield from self._folders(Path(STAGE) if self.machine.is_root else self.root / identity)
        yield from ("--remount-ro", "/")
        yield from ("--unshare-all", "--unshare-user", "--die-with-parent", "--new-session")
        if self.spec.profile is Profile.CODE:  # Chromium's own sandbox needs namespaces inside ours
            yield "--disable-userns"
        yield from ("--uid", "1000", "--gid", "1000", "--hostname", "sbx", "--clearenv")
        for name, value in self._environment().items():
            yield from ("--setenv", name, value)
        yield from ("--chdir", "/workspace", "/usr/bin/python3", "-I", "-S", "-c", AGENT, RELAY, *self.start)

    def _environment(self) -> dict[str, str]:
        return ENVIRONMENT | ({"DISPLAY": DISPLAY} if self.spec.profile is Profile.DESKTOP else {})

    def _system(self) -> Iterator[str]:
        image, source = Path(self.spec.image or "/"), self._source()
        yield from ("--ro-bind", f"{source}/usr", "/usr")
        for name in TOP:
            if (image / name).is_symlink():
                yield from ("--symlink", os.readlink(image / name), f"/{name}")
            elif (image / name).exists():
                yield from ("--ro-bind", f"{source}/{name}", f"/{name}")
        for name in ETC + (ETC_DESKTOP if self.spec.profile is Profile.DESKTOP else ()):
            yield from ("--ro-bind-try", f"{source}/etc/{name}", f"/etc/{name}")
        if self.spec.profile is Profile.DESKTOP:
            yield from ("--ro-bind-try", f"{source}/var/cache/fontconfig", "/var/cache/fontconfig")
        yield from ("--proc", "/proc", "--dev", "/dev")
        shared_memory = str(self.spec.limits.memory_mb << 20)
        yield from ("--size", shared_memory, "--tmpfs", "/dev/shm", "--remount-ro", "/dev")

    def _source(self) -> str:
        """Where bubblewrap finds the root file system."""
        if self.spec.image and self.machine.is_root:
            return f"{STAGE}/image"
        return self.spec.image or ""

    def _folders(self, base: Path) -> Iterator[str]:
        yield from ("--bind", str(base / "sockets"), "/run/sbx", "--ro-bind", str(base / "net"), "/run/net")
        yield from ("--bind", str(base / "disk/workspace"), "/workspace")
        if self.disk:
            yield from ("--bind", str(base / "disk/home"), "/home/user", "--bind", str(base / "disk/tmp"), "/tmp")
            return
        size = str(self.spec.limits.disk_mb << 20)
        yield from ("--size", size, "--tmpfs", "/tmp", "--size", size, "--tmpfs", "/home", "--dir", "/home/user")


def frame(kind: str, *words: str | bytes) -> bytes:
    """One order for the keeper."""
    return b"\0".join(os.fsencode(word) for word in (kind, *words))


@cache
def agent_files() -> dict[str, str | bytes]:
    """The agent's own files, by where they go inside; its packages need no contents there."""
    home = f"{LIBRARY}/gofer/sandboxes/guest"
    files: dict[str, str | bytes] = {}
    for path in sorted(Path(guest.__file__).parent.glob("*.py")):
        source = path.read_bytes()
        files[f"{home}/{path.name}"] = source
        files[cache_from_source(f"{home}/{path.name}")] = compiled(source, path.name)
    return files


def compiled(source: bytes, name: str) -> bytes:
    """A module as a `.pyc` that is not compared with its source (PEP 552): compiling inside takes 6 ms.

    A guest whose Python is of another version does not look at it.
    """
    code = marshal.dumps(compile(source, name, "exec", dont_inherit=True))
    return MAGIC_NUMBER + (1).to_bytes(4, "little") + source_hash(source) + code


def own_uid() -> int:
    """A user id for one sandbox: random in the largest range that this user namespace knows, so never shared."""
    ranges = [tuple(map(int, line.split())) for line in Path("/proc/self/uid_map").read_text().splitlines()]
    inside, _, count = max(ranges, key=lambda known: known[2])
    last = min(inside + count, 2**31) - 1
    first = min(inside + count // 3, 100_000_000)
    return first + secrets.randbelow(max(1, last - first))


def processes_of(uid: int) -> int:
    """How many threads this user has now; RLIMIT_NPROC counts them all."""
    total = 0
    for path in Path("/proc").glob("[0-9]*"):
        try:
            total += len(list((path / "task").iterdir())) if path.stat().st_uid == uid else 0
        except OSError:
            continue
    return total
