"""The folders of a sandbox, and the file system of its own that bounds what it can write."""

import ctypes
import fcntl
import os
import stat
import struct

from gofer.sandboxes.keeper.orders import Failed, Orders
from gofer.sandboxes.keeper.traces import GROUPS

STAGE = "/mnt"
SOCKETS_ROOM = "size=64k,nr_inodes=64"
CLONE_NEWNS, MS_BIND, MS_REC, MS_PRIVATE = 0x20000, 4096, 16384, 1 << 18
MS_NOSUID, MS_NODEV, MS_NOATIME = 2, 4, 1024
LOOP_CTL_GET_FREE, LOOP_CONFIGURE, LO_FLAGS_AUTOCLEAR = 0x4C82, 0x4C0A, 4
LOOP_MAJOR, TRIES = 7, 50


def make_folders(orders: Orders) -> None:
    """The sandbox's folder: sockets (the guest's own), net (only ours), disk, and the heartbeat."""
    folder = orders.folder
    os.mkdir(folder, 0o700)
    notes = {"uid": str(orders.uid), GROUPS: "\0".join(path for path, *_ in orders.groups)}
    if is_staged(orders):
        notes["stage"] = str(os.getpid())
    for name, text in notes.items():
        with open(os.path.join(folder, name), "w") as file:
            file.write(text)
    for name in ("sockets", "net", "disk"):
        os.mkdir(os.path.join(folder, name), 0o755 if name == "net" else 0o700)
    os.chown(os.path.join(folder, "sockets"), orders.uid, orders.uid)
    open(os.path.join(folder, "heartbeat"), "w").close()


def is_staged(orders: Orders) -> bool:
    """Whether we may mount."""
    return orders.words["staged"] == "yes"


def enter_stage(orders: Orders) -> None:
    """Bring the folder to a place that the sandbox's own user can reach, in a mount namespace of ours.

    gofer's data may lie below a folder that only root may enter; and mounts made here vanish with the keeper.
    gofer reaches the sockets through the keeper's root: a folder of the host could be filled with more than them.
    """
    if not is_staged(orders):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    checked(libc.unshare(CLONE_NEWNS), "unshare")
    mount(libc, "none", "/", "", MS_REC | MS_PRIVATE)
    mount(libc, "none", STAGE, "tmpfs", MS_NOSUID | MS_NODEV, b"mode=755,size=1m")
    show(libc, os.path.join(orders.folder, "net"), "net")
    sockets = os.path.join(STAGE, "sockets")
    os.mkdir(sockets)
    owner = f"mode=700,uid={orders.uid},gid={orders.uid},{SOCKETS_ROOM}"
    mount(libc, "none", sockets, "tmpfs", MS_NOSUID | MS_NODEV, owner.encode())
    if orders.words["image"]:
        show(libc, orders.words["image"], "image")
    if orders.pages:  # a file system of its own comes here
        os.mkdir(os.path.join(STAGE, "disk"))
    else:
        show(libc, os.path.join(orders.folder, "disk"), "disk")


def show(libc: ctypes.CDLL, folder: str, name: str) -> None:
    """Make a folder appear on the stage."""
    place = os.path.join(STAGE, name)
    os.mkdir(place)
    mount(libc, folder, place, "", MS_BIND | MS_REC)


def make_disk(orders: Orders) -> None:
    """The file system of its own that bounds a sandbox's files, where the machine allows one.

    gofer sends its few pages, so no program has to format it, and nothing here waits for a real disk: a
    sandbox does not outlive the host's power, so nothing it writes has to (`barrier=0`).
    """
    if not orders.pages:
        return
    path = os.path.join(orders.folder, "disk.ext4")
    with open(path, "wb") as file:
        file.truncate(orders.disk_bytes)
        for offset, content in orders.pages:
            os.pwrite(file.fileno(), content, offset)
    mount_image(ctypes.CDLL(None, use_errno=True), path, os.path.join(STAGE, "disk"))


def mount(libc: ctypes.CDLL, source: str, target: str, kind: str, flags: int, data: bytes = b"") -> None:
    """mount(2)."""
    checked(libc.mount(source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), data or None), target)


def mount_image(libc: ctypes.CDLL, image: str, target: str) -> None:
    """Mount a file by a loop device, which the kernel frees with the mount."""
    held = os.open(image, os.O_RDWR | os.O_CLOEXEC)
    loop = attach_loop(held)
    try:
        flags = MS_NOSUID | MS_NODEV | MS_NOATIME
        mount(libc, os.readlink(f"/proc/self/fd/{loop}"), target, "ext4", flags, b"barrier=0,noinit_itable")
    finally:
        os.close(loop)
        os.close(held)


def attach_loop(image: int) -> int:
    """A free loop device over an open file. Another sandbox may take the free one first: then the next."""
    config = struct.pack("=II", image, 0) + bytes(52) + struct.pack("=I", LO_FLAGS_AUTOCLEAR) + bytes(176 + 64)
    control = os.open("/dev/loop-control", os.O_RDWR | os.O_CLOEXEC)
    try:
        for _ in range(TRIES):
            device = open_loop(fcntl.ioctl(control, LOOP_CTL_GET_FREE))
            try:
                fcntl.ioctl(device, LOOP_CONFIGURE, config)
            except OSError:
                os.close(device)
            else:
                return device
    finally:
        os.close(control)
    raise Failed("no loop device is free")


def open_loop(number: int) -> int:
    """A loop device; in a container its node may have to be made first."""
    path = f"/dev/loop{number}"
    if not os.path.exists(path):
        os.mknod(path, stat.S_IFBLK | 0o600, os.makedev(LOOP_MAJOR, number))
    return os.open(path, os.O_RDWR | os.O_CLOEXEC)


def checked(result: int, what: str) -> None:
    """Raise when a system call failed."""
    if result:
        raise Failed(f"{what}: {os.strerror(ctypes.get_errno())}")


def furnish(orders: Orders) -> None:
    """The three folders that are the guest's to write in."""
    disk = os.path.join(STAGE if is_staged(orders) else orders.folder, "disk")
    os.chmod(disk, 0o711)
    for name in ("workspace", "home", "tmp"):
        path = os.path.join(disk, name)
        os.mkdir(path, 0o700)
        os.chown(path, orders.uid, orders.uid)
