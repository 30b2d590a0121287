"""Tasks in which something is dragged, or set with arrows."""

import re

from benchmarks.oracle.player import Player, by_text
from gofer.core.action import Target

WAYS = {"right": (30, 0), "left": (-30, 0), "up": (0, -30), "down": (0, 30)}


async def small_into_large(player: Player) -> None:
    """One box into the other."""
    await player.drag("#draggableSmall", onto="#draggableLarge")
    await player.button()


async def to_a_side(player: Player) -> None:
    """A shape to one side."""
    await player.drag(
        "#area svg circle, #area svg rect, #area svg polygon", by=WAYS[player.word(r" (right|left|up|down) ")]
    )
    await player.button()


async def cube(player: Player) -> None:
    """Turn a cube until the number is in front."""
    wanted = player.quoted[0]
    for turn in range(54):
        if await player.text(".cube-image.active") == wanted:
            break
        await player.drag(".viewport", by=(0, 30) if turn % 9 == 8 else (25, 0))
    await player.click("#subbtn")


async def items(player: Player) -> None:
    """One item of a list to another place."""
    names = await player.texts("#sortable li")
    name, where = player.words(r"Drag ([\w-]+) (.+?)\.?$")
    place = names.index(name)
    await _drag_item(player, place, _goal(place, where, len(names)))


def _goal(place: int, where: str, count: int) -> int:
    if number := re.search(r"(\d)\w\w position", where):
        return int(number.group(1)) - 1
    moves = {"up by": place - 1, "down by": place + 1, "to the top": 0, "to the bottom": count - 1}
    return next(goal for words, goal in moves.items() if where.startswith(words))


async def grid(player: Player) -> None:
    """One item of a grid to another place."""
    names = await player.texts("#sortable li")
    name, where = player.words(r"Drag ([\w-]+) (.+?)\.?$")
    place = names.index(name)
    steps = {"up by one": -3, "down by one": 3, "left by one": -1, "right by one": 1}
    goal = place + steps[where] if where in steps else _cell(where.removeprefix("to the "))
    x, y = _middle(goal)
    await player.draw([_middle(place), (x + 9, y + 7), (x - 3, y - 3), (x, y)], (0, 0))


def _middle(place: int) -> tuple[float, float]:
    return 27 + 46 * (place % 3), 77 + 46 * (place // 3)


def _cell(words: str) -> int:
    rows, columns = {"top": 0, "bottom": 6}, {"left": 0, "right": 2}
    row = next((at for name, at in rows.items() if name in words), 3)
    return row + next((at for name, at in columns.items() if name in words), 1)


async def sort(player: Player) -> None:
    """Numbers in a list, the lowest at the top."""
    wanted = sorted(await player.texts("#sortable li"), key=int)
    for goal, number in enumerate(wanted):
        place = (await player.texts("#sortable li")).index(number)
        if place != goal:
            await _drag_item(player, place, goal)
            await player.wait(0.3)
    await player.button()


async def _drag_item(player: Player, place: int, goal: int) -> None:
    over = 6 if goal > place else -6  # the others make way when it has passed their middle
    start, end = (70 + 28.6 * at for at in (place, goal))
    await player.draw([(77, start), (79, end + over), (77, end + over / 2)], (0, 0))


async def resize(player: Player) -> None:
    """A text area by its corner."""
    side, way = player.words(r"the (width|height) is (larger|smaller)")
    step = 15 if way == "larger" else -15
    await player.drag(".ui-resizable-se", by=(step, 0) if side == "width" else (0, step))
    await player.button()


async def slider(player: Player) -> None:
    """One slider to a number."""
    await _slide(player, "#slider", "#val", int(player.word(r"Select (-?\d+)")))
    await player.click("#subbtn")


async def sliders(player: Player) -> None:
    """Three sliders to three numbers."""
    for number, value in enumerate(player.words(r"\[(\d+),(\d+),(\d+)\]"), 1):
        await _slide(player, f"#slider-{number}", f"#val-{number}", int(value))
    await player.click("#subbtn")


async def slider_and_checkbox(player: Player) -> None:
    """A slider, then a checkbox."""
    await _slide(player, "#slider", "#val", int(player.word(r"Select (-?\d+)")))
    number = player.word(r"(\d)\w\w checkbox")
    await player.check(f"#checkbox-{number}")
    await player.click("#subbtn")


async def _slide(player: Player, slider: str, shown: str, wanted: int) -> None:
    handle = f"{slider} .ui-slider-handle"
    for _ in range(60):
        value = int(await player.text(shown))
        if value == wanted:
            return
        await player.press("ArrowRight" if value < wanted else "ArrowLeft", handle, times=abs(wanted - value))


async def dropdown_and_button(player: Player) -> None:
    """A drawn list, then a button."""
    await player.click(".selectric")
    await player.click(by_text(".selectric-items li", player.word(r"Choose (.+) from the")))
    await player.click(by_text("#buttons button", player.quoted[0]))


async def calendar_event(player: Player) -> None:
    """An event in free half-hours of an afternoon."""
    amount, unit, hour, half = player.words(r"Create a ([\d.]+) (hour|min)\w* .*between (\d+)([AP])M")
    count = round(float(amount) * 2) if unit == "hour" else int(amount) // 30
    first = (int(hour) % 12 + (12 if half == "P" else 0)) * 2
    start = _free(await _taken(player), first, count)
    await player.drag(f"#hh-{start}", onto=f"#hh-{start + count - 1}")
    await player.fill("#event-name", player.quoted[0])
    await player.button("Create")


async def _taken(player: Player) -> set[int]:
    taken: set[int] = set()
    for row in await player.rows("#area .event", style="@style", halves="@data-duration"):
        top = float(re.findall(r"top: ([\d.]+)px", row["style"])[0])
        start = round((top - 4) / 20.42)
        taken |= set(range(start, start + int(row["halves"])))
    return taken


def _free(taken: set[int], first: int, count: int) -> int:
    starts = (start for start in range(first, first + 8) if not taken & set(range(start, start + count)))
    return next(starts, first)


async def digit_of_boxes(player: Player) -> None:
    """A digit drawn with checkboxes."""
    pattern = DIGITS[int(player.quoted[0])]
    for place, mark in enumerate("".join(pattern.split())):
        if mark == "#":
            await player.check(Target(css="#checkboxes input", nth=place))
    await player.button()


DIGITS = [
    ".##. #..# #..# #..# #..# #..# .##.", "..#. .##. ..#. ..#. ..#. ..#. ..#.", ".##. #..# #..# ..#. .#.. #... ####",
    ".##. #..# ...# .##. ...# #..# .##.", "#... #.#. #.#. #### ..#. ..#. ..#.", "#### #... #... ###. ...# #..# .##.",
    ".##. #..# #... ###. #..# #..# .##.", "#### #..# ...# ..#. ..#. .#.. .#..", ".##. #..# #..# .##. #..# #..# .##.",
    ".##. #..# #..# .### ...# #..# .##.",
]  # fmt: skip
"""As the example beside the boxes shows them."""
