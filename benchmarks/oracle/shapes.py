"""Drawn shapes: what they are, how large, in which colour, and where."""

import re
from dataclasses import dataclass

from benchmarks.oracle.player import Player, Puzzled, Spot, by_text
from gofer.core.action import Target

NUMBER = r"-?[\d.]+"

FIELDS = {
    "fill": "@fill", "text": "", "x": "@x", "y": "@y", "width": "@width", "height": "@height", "cx": "@cx",
    "cy": "@cy", "r": "@r", "points": "@points", "size": "@font-size", "id": "@id",
}  # fmt: skip

SMALL = {"circle": 6, "polygon": 12, "rect": 12, "text": 12}
"""Up to this a shape counts as small; the others are twice as large."""


@dataclass(frozen=True)
class Shape:
    """One shape of the drawing."""

    place: int
    kind: str
    colour: str
    text: str
    size: float
    middle: Spot

    @property
    def large(self) -> bool:
        """Whether it is one of the large ones."""
        return self.size > SMALL[self.kind]

    @property
    def target(self) -> Target:
        """The element."""
        return Target(css=f"#area_svg > {self.kind}", nth=self.place)


async def shapes(player: Player) -> list[Shape]:
    """All shapes but the boxes that others are put into."""
    found = []
    for kind in ("circle", "rect", "polygon", "text"):
        for place, row in enumerate(
            await player.rows(f"#area_svg > {kind}", **FIELDS) if await _any(player, kind) else []
        ):
            if row["id"] != "shape-container":
                found.append(_shape(kind, place, row))
    return found


async def _any(player: Player, kind: str) -> bool:
    return await player.shows(f"#area_svg > {kind}")


def _shape(kind: str, place: int, row: dict[str, str]) -> Shape:
    size, middle = _measured(kind, row)
    return Shape(place, kind, row["fill"], row["text"], size, middle)


def _measured(kind: str, row: dict[str, str]) -> tuple[float, Spot]:
    if kind == "circle":
        return float(row["r"]), (float(row["cx"]), float(row["cy"]))
    if kind == "rect":
        half = float(row["width"]) / 2
        return half * 2, (float(row["x"]) + half, float(row["y"]) + half)
    if kind == "polygon":
        values = [float(number) for number in re.findall(NUMBER, row["points"])]
        across, down = values[0::2], values[1::2]
        return max(across) - min(across), (sum(across) / len(across), (max(down) + min(down)) / 2)
    return float(re.findall(NUMBER, row["size"])[0]), (float(row["x"]), float(row["y"]))


KINDS = {"circle": "circle", "rectangle": "rect", "triangle": "polygon"}


def fits(shape: Shape, words: list[str]) -> bool:
    """Whether a shape is what the words say, such as `small red letter` or `large 8`."""
    return all(_fits(shape, word) for word in words)


def _fits(shape: Shape, word: str) -> bool:
    if word in ("small", "large"):
        return shape.large == (word == "large")
    if word in ("item", "shape"):
        return word == "item" or shape.kind != "text"
    if word in ("letter", "digit"):
        return shape.kind == "text" and shape.text.isdigit() == (word == "digit")
    if word in KINDS:
        return shape.kind == KINDS[word]
    if len(word) == 1:
        return shape.text == word
    return shape.colour == word


async def click_shape(player: Player) -> None:
    """A shape by its description."""
    words = player.word(r"Click on an? (.+?)\.?$").split()
    await player.click(next(shape.target for shape in await shapes(player) if fits(shape, words)))


async def count_shapes(player: Player) -> None:
    """How many shapes fit a description."""
    *words, last = player.word(r"How many (.+) are there").split()
    count = sum(fits(shape, [*words, last.removesuffix("s")]) for shape in await shapes(player))
    await player.click(by_text("#count-buttons button", str(count)))


async def identify(player: Player) -> None:
    """What kind of shape there is."""
    (shape, *_) = await shapes(player)
    kind = next((name for name in (*KINDS, "letter", "digit") if _fits(shape, name)), None)
    if kind is None:
        raise Puzzled(shape.kind)
    await player.button({"digit": "Number"}.get(kind, kind.capitalize()))


async def into_the_box(player: Player) -> None:
    """Drag all shapes of a kind into the one box."""
    kind = player.word(r"all (\w+)s into")
    box = (await _boxes(player))[0]
    for number, shape in enumerate([each for each in await shapes(player) if _fits(each, kind)]):
        await _put(player, shape, box, number)
    await player.button()


async def into_two_boxes(player: Player) -> None:
    """Drag some shapes to the left, the others to the right."""
    kind = player.word(r"Drag all (.+?) into the left").removesuffix(" shapes").removesuffix("s")
    left, right = await _boxes(player)
    counts = {True: 0, False: 0}
    for shape in await shapes(player):
        chosen = _fits(shape, kind)
        await _put(player, shape, left if chosen else right, counts[chosen])
        counts[chosen] += 1
    await player.button()


Box = tuple[float, float, float, float]


async def _boxes(player: Player) -> list[Box]:
    rows = await player.rows("#shape-container", x="@x", y="@y", width="@width", height="@height")
    return sorted((float(row["x"]), float(row["y"]), float(row["width"]), float(row["height"])) for row in rows)


async def _put(player: Player, shape: Shape, box: Box, number: int) -> None:
    """Beside those that are there already."""
    x, y, width, height = box
    across, down = number % 3, number // 3 % 2
    end = (x + width * (across + 1) / 4, y + height * (down + 1) / 3)
    await player.draw([shape.middle, end])
