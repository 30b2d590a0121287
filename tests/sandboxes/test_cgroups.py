"""Control groups over a made-up cgroup file system, because no machine has both versions at work."""

import os
import signal
import subprocess
from pathlib import Path

from gofer.core.sandbox import Limits
from gofer.sandboxes.local.cgroups import CONTROLLERS, detect, family

LIMITS = Limits(memory_mb=256, pids=64, cpus=0.5)


def v1(tmp_path: Path) -> tuple[Path, Path]:
    """A version 1 host with an empty version 2 mount beside it."""
    mounts, own = tmp_path / "cgroup", tmp_path / "own"
    for name in (*CONTROLLERS, "unified"):
        (mounts / name).mkdir(parents=True)
    (mounts / "memory/job").mkdir()
    (mounts / "memory/job/memory.limit_in_bytes").touch()
    for name in ("pids/pids.max", "cpu/cpu.cfs_period_us", "cpu/cpu.cfs_quota_us", "unified/cgroup.controllers"):
        (mounts / name).touch()
    own.write_text("4:memory:/job\n3:pids:/\n2:cpu:/\n0::/\n")
    return mounts, own


def v2(tmp_path: Path) -> tuple[Path, Path]:
    """A version 2 host where our service got a group of its own."""
    mounts, own = tmp_path / "cgroup", tmp_path / "own"
    here = mounts / "gofer.service"
    here.mkdir(parents=True)
    for folder in (mounts, here):
        (folder / "cgroup.controllers").write_text("cpuset cpu io memory pids\n")
    (here / "cgroup.subtree_control").write_text("")
    (here / "cgroup.procs").write_text(f"{os.getpid()}\n")
    (here / "memory.swap.max").touch()
    own.write_text("0::/gofer.service\n")
    return mounts, own


def test_version_1_nests_below_our_own_group_and_leaves_out_what_the_kernel_lacks(tmp_path: Path) -> None:
    mounts, own = v1(tmp_path)
    groups = detect(mounts, own)
    assert groups
    assert groups.version == 1
    assert groups.orders("a1", LIMITS) == [
        [f"{mounts}/memory/job/gofer-a1", "memory.limit_in_bytes=268435456"],
        [f"{mounts}/pids/gofer-a1", "pids.max=64"],
        [f"{mounts}/cpu/gofer-a1", "cpu.cfs_period_us=100000", "cpu.cfs_quota_us=50000"],
    ]
    assert len(groups.paths("a1")) == 3


def test_version_2_has_one_group_with_all_limits(tmp_path: Path) -> None:
    mounts, own = v2(tmp_path)
    groups = detect(mounts, own)
    assert groups
    assert groups.version == 2
    path = f"{mounts}/gofer.service/gofer-a1"
    settings = ["memory.max=268435456", "pids.max=64", "cpu.max=50000 100000", "memory.swap.max=0"]
    assert groups.orders("a1", LIMITS) == [[path, *settings]]
    assert groups.paths("a1") == [path]


def test_version_2_moves_gofer_into_a_leaf_before_it_hands_controllers_on(tmp_path: Path) -> None:
    mounts, own = v2(tmp_path)
    detect(mounts, own)
    here = mounts / "gofer.service"
    assert (here / "gofer-host/cgroup.procs").read_text() == str(os.getpid())
    assert (here / "cgroup.subtree_control").read_text() == "+memory +pids +cpu"


def test_version_2_moves_nobody_else_and_uses_the_group_above_where_that_serves(tmp_path: Path) -> None:
    mounts, own = v2(tmp_path)
    here = mounts / "gofer.service"
    (here / "cgroup.procs").write_text(f"1\n{os.getpid()}\n")  # with a shell, say
    assert detect(mounts, own) is None
    (mounts / "cgroup.subtree_control").write_text("cpu memory pids\n")
    groups = detect(mounts, own)
    assert groups
    assert groups.paths("a1") == [f"{mounts}/gofer-a1"]
    assert not (here / "gofer-host").exists()


def test_version_2_finds_the_same_groups_from_the_leaf_that_a_gofer_moved_into(tmp_path: Path) -> None:
    mounts, own = v2(tmp_path)
    first = detect(mounts, own)
    here = mounts / "gofer.service"
    (here / "cgroup.subtree_control").write_text("cpu memory pids")
    own.write_text("0::/gofer.service/gofer-host\n")
    assert detect(mounts, own) == first
    assert sorted(path.name for path in here.iterdir() if path.is_dir()) == ["gofer-host"]


def test_a_family_is_a_process_with_its_descendants() -> None:
    with subprocess.Popen(["sh", "-c", "sleep 20 & echo $!; wait"], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        grandchild = int(child.stdout.readline())
        assert {os.getpid(), child.pid, grandchild} <= family()
        assert os.getppid() not in family()
        os.kill(grandchild, signal.SIGKILL)


def test_version_2_that_is_handed_on_already_is_left_alone(tmp_path: Path) -> None:
    mounts, own = v2(tmp_path)
    here = mounts / "gofer.service"
    (here / "cgroup.subtree_control").write_text("cpu memory pids")
    groups = detect(mounts, own)
    assert groups
    assert groups.parents["memory"] == here
    assert not (here / "gofer-host").exists()


def test_without_a_group_to_write_in_there_are_none(tmp_path: Path) -> None:
    assert detect(tmp_path / "none", tmp_path / "own") is None


def test_a_controller_that_is_missing_leaves_the_others(tmp_path: Path) -> None:
    mounts, own = v1(tmp_path)
    (mounts / "cpu/cpu.cfs_period_us").unlink()
    (mounts / "cpu/cpu.cfs_quota_us").unlink()
    (mounts / "cpu").rmdir()
    groups = detect(mounts, own)
    assert groups
    assert sorted(groups.parents) == ["memory", "pids"]
