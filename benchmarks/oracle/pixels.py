"""A screenshot's pixels, for what only eyes can tell."""

import math
import struct
import zlib

Spot = tuple[float, float]

DARK = 120
"""How dark a pixel of ink is at least, of 255."""

LETTER = 8
"""Pixels that a line of letters is high."""

SMOOTH = 5
"""Degrees on either side over which an outline's distance is evened out."""

APART = 8
"""Empty rows between two blocks."""


class Picture:
    """A PNG of eight bits a channel, as rows of grey."""

    def __init__(self, png: bytes) -> None:
        self.width, self.height, kind = struct.unpack(">IIxB", png[16:26])
        self._channels = {2: 3, 6: 4}[kind]
        self._rows = list(self._unfiltered(zlib.decompress(_data(png))))

    def dark(self, x: int, y: int) -> bool:
        """Whether a pixel is as dark as ink."""
        start = x * self._channels
        return 0 <= y < self.height and sum(self._rows[y][start : start + 3]) < DARK * 3

    def corners(self, middle: tuple[int, int], radius: int) -> int:
        """How many corners an outline around `middle` has: how often it comes as far out as its corners."""
        raw = [self._farthest(middle, math.tau * step / 360, radius + 4) for step in range(360)]
        far = [sum(raw[step - near] for near in range(-SMOOTH, SMOOTH + 1)) for step in range(-SMOOTH, 360 - SMOOTH)]
        marks = [distance > (max(far) + min(far)) / 2 for distance in far]
        return sum(now and not before for before, now in zip(marks[-1:] + marks[:-1], marks, strict=True))

    def blocks(self, area: tuple[int, int, int, int]) -> list[tuple[Spot, Spot]]:
        """Blocks of ink that stand apart: just before the first letter of each, and just after its last."""
        left, top, right, bottom = area
        rows = [y for y in range(top, bottom) if any(self.dark(x, y) for x in range(left, right))]
        found: list[tuple[Spot, Spot]] = []
        for begin, end in _bands(rows):
            first = self._columns(area, range(begin, begin + LETTER))
            last = self._columns(area, range(end - LETTER + 1, end + 1))
            found.append(((first[0] - 1, begin + LETTER // 2), (last[-1] + 3, end - LETTER // 2)))
        return found

    def _columns(self, area: tuple[int, int, int, int], rows: range) -> list[int]:
        return [x for x in range(area[0], area[2]) if any(self.dark(x, y) for y in rows)]

    def _farthest(self, middle: tuple[int, int], turn: float, reach: int) -> float:
        steps = [step / 2 for step in range(reach * 2, 0, -1)]
        spots = ((step, middle[0] + step * math.cos(turn), middle[1] + step * math.sin(turn)) for step in steps)
        return next((step for step, x, y in spots if self.dark(round(x), round(y))), 0.0)

    def _unfiltered(self, data: bytes) -> list[bytearray]:
        length, size = self.width * self._channels, self._channels
        rows: list[bytearray] = []
        before = bytearray(length)
        for y in range(self.height):
            start = y * (length + 1)
            before = _undone(data[start], bytearray(data[start + 1 : start + 1 + length]), before, size)
            rows.append(before)
        return rows


def _data(png: bytes) -> bytes:
    found, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            found += png[at + 8 : at + 8 + length]
        at += length + 12
    return found


def _undone(kind: int, row: bytearray, above: bytearray, size: int) -> bytearray:
    for place in range(len(row)):
        left = row[place - size] if place >= size else 0
        corner = above[place - size] if place >= size else 0
        guess = (0, left, above[place], (left + above[place]) // 2, _paeth(left, above[place], corner))[kind]
        row[place] = (row[place] + guess) & 255
    return row


def _paeth(left: int, above: int, corner: int) -> int:
    estimate = left + above - corner
    return min((left, above, corner), key=lambda value: abs(estimate - value))


def _bands(rows: list[int]) -> list[tuple[int, int]]:
    bands: list[tuple[int, int]] = []
    for y in rows:
        if bands and y - bands[-1][1] < APART:
            bands[-1] = (bands[-1][0], y)
        else:
            bands.append((y, y))
    return bands
