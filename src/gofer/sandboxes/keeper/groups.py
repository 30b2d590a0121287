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


def clear_group(path: str) -> None:
    """Kill what is in a control group and remove it."""
    for _ in range(400):
        try:
            with open(os.path.join(path, "cgroup.procs")) as file:
                for pid in file.read().split():
                    os.kill(int(pid), SIGKILL)
            os.rmdir(path)
            return
        except FileNotFoundError:
            return
        except (OSError, ProcessLookupError):
            time.sleep(0.005)
