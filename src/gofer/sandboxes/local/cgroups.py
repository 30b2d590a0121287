"""Control groups, version 1 or 2: where a sandbox's hard limits on memory, processes and CPU live."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gofer.core.sandbox import Limits

CONTROLLERS = ("memory", "pids", "cpu")
PERIOD = 100_000
LEAF = "gofer-host"
"""The group that gofer itself moves into."""


@dataclass(frozen=True)
class Groups:
    """The folders in which this process may make groups: one for each controller (v1), or one for all (v2)."""

    version: int
    parents: dict[str, Path]

    def orders(self, identity: str, limits: Limits) -> list[list[str]]:
        """For each group of a sandbox its path and the settings FILE=VALUE to write there."""
        if self.version == 2:
            settings = v2_settings(self.parents["memory"], limits)
            return [[str(self.parents["memory"] / name(identity)), *settings]]
        settings_of = v1_settings(limits)
        return [
            [str(parent / name(identity)), *existing(parent, settings_of[controller])]
            for controller, parent in self.parents.items()
        ]

    def paths(self, identity: str) -> list[str]:
        """Every group of a sandbox."""
        return sorted({str(parent / name(identity)) for parent in self.parents.values()})


def name(identity: str) -> str:
    """What a sandbox's groups are called."""
    return f"gofer-{identity}"


def v1_settings(limits: Limits) -> dict[str, list[str]]:
    """Version 1: memory first without, then with swap, in that order."""
    size = limits.memory_mb << 20
    return {
        "memory": [f"memory.limit_in_bytes={size}", f"memory.memsw.limit_in_bytes={size}"],
        "pids": [f"pids.max={limits.pids}"],
        "cpu": [f"cpu.cfs_period_us={PERIOD}", f"cpu.cfs_quota_us={int(limits.cpus * PERIOD)}"],
    }


def v2_settings(parent: Path, limits: Limits) -> list[str]:
    """Version 2; the swap file exists only where the kernel counts swap."""
    settings = [
        f"memory.max={limits.memory_mb << 20}",
        f"pids.max={limits.pids}",
        f"cpu.max={int(limits.cpus * PERIOD)} {PERIOD}",
    ]
    return settings + (["memory.swap.max=0"] if (parent / "memory.swap.max").exists() else [])


def existing(parent: Path, settings: list[str]) -> list[str]:
    """Leave out what this kernel does not know."""
    return [setting for setting in settings if (parent / setting.partition("=")[0]).exists()]


def detect(mounts: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")) -> Groups | None:
    """The groups this process may use, or None: then rlimits have to do.

    Hybrid hosts mount version 2 with no controller in it and do the work in version 1, so what counts is
    `cgroup.controllers`, not what is mounted.
    """
    places = own_places(own)
    if "" in places and set(CONTROLLERS) <= set(controllers(mounts)):
        return detect_v2(mounts / places[""].lstrip("/"))
    parents = {name: mounts / name / places.get(name, "/").lstrip("/") for name in CONTROLLERS}
    usable = {name: parent for name, parent in parents.items() if may_make(parent)}
    return Groups(1, usable) if usable else None


def own_places(own: Path) -> dict[str, str]:
    """Where this process is, by controller; the empty name is version 2."""
    places = {}
    for line in own.read_text().splitlines() if own.exists() else []:
        _, names, path = line.split(":", 2)
        places.update(dict.fromkeys(names.split(","), path))
    return places


def controllers(folder: Path, file: str = "cgroup.controllers") -> list[str]:
    """The version 2 controllers named in a file; none when it is missing."""
    path = folder / file
    return path.read_text().split() if path.exists() else []


def detect_v2(here: Path) -> Groups | None:
    """Groups below our own one, or beside it. Version 2 wants processes only in leaves.

    So gofer moves into a leaf when it is alone in its group, as a service is. It does not move others, the shell
    that it was started from least of all: then the group above may do, if it hands its controllers on already.
    """
    if here.name == LEAF:  # a gofer before us moved there, whose child we are
        here = here.parent
    if serves(here) or (set(CONTROLLERS) <= set(controllers(here)) and may_make(here) and delegate(here)):
        return Groups(2, dict.fromkeys(CONTROLLERS, here))
    return Groups(2, dict.fromkeys(CONTROLLERS, here.parent)) if serves(here.parent) else None


def serves(parent: Path) -> bool:
    """Whether groups made in this one have all controllers, and we may make them."""
    return set(CONTROLLERS) <= set(controllers(parent, "cgroup.subtree_control")) and may_make(parent)


def delegate(here: Path) -> bool:
    """Hand our group's controllers on to groups below it, if there is nobody but us."""
    pids = {int(pid) for pid in (here / "cgroup.procs").read_text().split()}
    if pids - family():
        return False
    try:
        leaf = here / LEAF
        leaf.mkdir(exist_ok=True)
        for pid in pids:
            with suppress(ProcessLookupError):
                (leaf / "cgroup.procs").write_text(str(pid))
        (here / "cgroup.subtree_control").write_text(" ".join(f"+{name}" for name in CONTROLLERS))
    except OSError:
        return False
    return True


def family(processes: Path = Path("/proc")) -> set[int]:
    """This process and those it started, and they."""
    parents = {}
    for stat in processes.glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    known = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in known} - known:
        known |= more
    return known


def may_make(parent: Path) -> bool:
    """Whether a group can be made here, tried out."""
    probe = parent / f"gofer-probe-{os.getpid()}"
    try:
        probe.mkdir()
        probe.rmdir()
    except OSError:
        return False
    return True
