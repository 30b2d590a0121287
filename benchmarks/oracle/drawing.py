"""Tasks on a drawing: points, lines, circles, and things that move."""

import math
import time

from benchmarks.oracle.pixels import Picture
from benchmarks.oracle.player import Player, Spot, by_text
from gofer.core.errors import GoferError

PAPER = (0.0, 50.0)
"""These tasks count from the utterance's lower edge."""


async def _circles(player: Player, css: str) -> list[tuple[Spot, float]]:
    rows = await player.rows(css, cx="@cx", cy="@cy", r="@r")
    return [((float(row["cx"]), float(row["cy"])), float(row["r"].removesuffix("px"))) for row in rows]


async def _spot(player: Player, css: str) -> Spot:
    return (await _circles(player, css))[0][0]


def _towards(start: Spot, end: Spot, length: float) -> Spot:
    distance = math.dist(start, end) or 1.0
    return start[0] + (end[0] - start[0]) * length / distance, start[1] + (end[1] - start[1]) * length / distance


async def centre(player: Player) -> None:
    """The middle of a circle."""
    await player.at(await _spot(player, ".black-circle"), PAPER)
    await player.click("#subbtn")


async def midpoint(player: Player) -> None:
    """Halfway between two points."""
    (one, _), (other, _) = await _circles(player, ".black-circle")
    await player.at(((one[0] + other[0]) / 2, (one[1] + other[1]) / 2), PAPER)
    await player.click("#subbtn")


async def bisector(player: Player) -> None:
    """A point on the line that halves an angle."""
    corner = await _spot(player, ".init-blue")
    (one, _), (other, _) = await _circles(player, ".init-black")
    ends = _towards(corner, one, 30), _towards(corner, other, 30)
    await player.at(((ends[0][0] + ends[1][0]) / 2, (ends[0][1] + ends[1][1]) / 2), PAPER)
    await player.click("#subbtn")


async def right_angle(player: Player) -> None:
    """A point at a right angle to a line's end."""
    corner, other = await _spot(player, "#init-blue"), await _spot(player, "#init-black")
    along = other[0] - corner[0], other[1] - corner[1]
    for turned in ((-along[1], along[0]), (along[1], -along[0])):
        spot = _towards(corner, (corner[0] + turned[0], corner[1] + turned[1]), 35)
        if 5 < spot[0] < 150 and 5 < spot[1] < 120:
            break
    await player.at(spot, PAPER)
    await player.click("#subbtn")


async def line(player: Player) -> None:
    """A straight line through a dot."""
    x, y = await _spot(player, "#circ")
    await player.draw([(10, y), (140, y)] if "horizontal" in player.asked else [(x, 5), (x, 110)])
    await player.button()


async def circle(player: Player) -> None:
    """A circle around a dot."""
    x, y = await _spot(player, "#circ")
    turns = [math.tau * step / 24 for step in range(25)]
    await player.draw([(x + 22 * math.cos(turn), y + 22 * math.sin(turn)) for turn in turns])
    await player.button()


async def warmer(player: Player) -> None:
    """Feel where it gets hot, then click there."""
    for y in range(6, 124, 6):
        for x in range(6, 158, 6):
            await player.point((x, y - 2))
            if "HOT" in (heat := await player.text("#signal")) and heat == "HOT":
                await player.at((x, y - 2))
                return


async def stay_on_square(player: Player) -> None:
    """Go where the coloured square goes."""
    await _follow(player, "#highlight", "rect")


async def chase(player: Player) -> None:
    """Stay on a circle that moves."""
    await _follow(player, "#circ", "circle")


async def _follow(player: Player, css: str, kind: str) -> None:
    ends = time.monotonic() + 12
    while time.monotonic() < ends:
        try:
            rows = await player.rows(css, x="@x", y="@y", cx="@cx", cy="@cy")
            if not rows:
                return
            row = rows[0]
            half = 0.0 if kind == "circle" else 8.5
            spot = float(row["cx"] or row["x"]) + half, float(row["cy"] or row["y"]) + half
            await player.point(spot)
        except (GoferError, ValueError):
            return


async def catch(player: Player) -> None:
    """Click circles that fly by."""
    ends = time.monotonic() + 13
    while time.monotonic() < ends:
        rows = await player.rows(".item", cx="@cx", cy="@cy")
        seen = [(float(row["cx"]), float(row["cy"])) for row in rows]
        inside = [spot for spot in seen if 14 < spot[0] < 144 and 2 < spot[1] < 150]
        for spot in inside[:1]:
            await player.at(spot)


async def sides(player: Player) -> None:
    """Count the corners of a shape on a canvas."""
    picture = Picture(await player.browser.take_screenshot())
    await player.click(by_text("#form button", str(picture.corners((77, 102), 35))))


async def highlight(player: Player) -> None:
    """Drag over a paragraph from its first to its last letter."""
    blocks = Picture(await player.browser.take_screenshot()).blocks((3, 53, 157, 209))
    ids = [row["id"] for row in await player.rows("#area > *", id="@id")]
    paragraphs = blocks[1:] if ids[0] == "subbtn" else blocks[:-1]
    which = 0 if "paragraph below" in player.asked else int(player.word(r"(\d)\w\w paragraph")) - 1
    await player.draw(paragraphs[which], (0, 0))
    await player.click("#subbtn")
