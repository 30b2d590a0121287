"""The empty file system that a sandbox's disk starts as, formatted once for each size."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from functools import cache

from gofer.core.errors import Unavailable

PAGE = 4096
FORMAT = ["mkfs.ext4", "-q", "-F", "-m0", "-O", "^has_journal,^resize_inode", "-E", "lazy_itable_init=1,nodiscard"]
PATH = "/usr/sbin:/sbin:/usr/bin"
Page = tuple[int, bytes]
"""What stands in a file from an offset on."""


@cache
def empty_disk(size_mb: int) -> tuple[Page, ...]:
    """The pages of an empty ext4 of this size that are not zero: some eighty kilobytes of two gigabytes."""
    with tempfile.NamedTemporaryFile(prefix="gofer-disk-") as file:
        try:
            file.truncate(size_mb << 20)
            subprocess.run([*FORMAT, file.name], env={"PATH": PATH}, capture_output=True, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise Unavailable(f"a disk of {size_mb} MiB cannot be formatted: {error}") from error
        return tuple(written(file.fileno()))


def written(fd: int) -> Iterator[Page]:
    """The pages of a sparse file that hold anything."""
    end, size = 0, os.fstat(fd).st_size
    while (start := next_data(fd, end)) < size:
        end = os.lseek(fd, start, os.SEEK_HOLE)
        for offset in range(start, end, PAGE):
            content = os.pread(fd, PAGE, offset).rstrip(b"\0")
            if content:
                yield offset, content


def next_data(fd: int, offset: int) -> int:
    """Where data goes on after this offset; the end of the file when there is none."""
    try:
        return os.lseek(fd, offset, os.SEEK_DATA)
    except OSError:  # ENXIO: nothing but a hole from here on
        return os.fstat(fd).st_size
