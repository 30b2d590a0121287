"""The control groups that hold a sandbox's processes, made and cleared."""

import os
import time

from gofer.sandboxes.keeper.orders import SIGKILL, Orders


def make_groups(orders: Orders) -> None:
    """Control groups with their limits: each a path, then FILE=VALUE."""
    for path, *settings in orders.groups:
        os.makedirs(path, exist_ok=True)
        for setting in settings:
            name, _, value = setting.partition("=")
            put(os.path.join(path, name), value)


def put(path: str, value: str) -> None:
    """Write a kernel file."""
    with open(path, "w") as file:
        file.write(value)


def join(path: str) -> None:
    """Move this process, which has one thread, into a group.

    Through version 1's `tasks` a thread that moves itself is let in at once; `cgroup.procs`, the one way of
    version 2, waits until every CPU has noticed, ten milliseconds and more.
    """
    tasks = os.path.join(path, "tasks")
    put(tasks if os.path.exists(tasks) else os.path.join(path, "cgroup.procs"), "0")


def clear_group(path: str) -> None:
    """Kill what is in a control group and remove it."""
    for _ in range(400):
        try:
            kill_all(path)
            os.rmdir(path)
            return
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.005)


def kill_all(group: str) -> None:
    """Kill every process of a group: version 2 does it at once, version 1 one by one."""
    everyone = os.path.join(group, "cgroup.kill")
    if os.path.exists(everyone):
        put(everyone, "1")
        return
    with open(os.path.join(group, "cgroup.procs")) as file:
        for pid in file.read().split():
            os.kill(int(pid), SIGKILL)
