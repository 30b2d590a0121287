"""Dates, flights, colours, prices and games."""

import re
import time

from benchmarks.oracle.player import Player, by_text
from gofer.core.action import Target

MONTHS = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
]  # fmt: skip

COLOURS = {
    "aqua": "00FFFF", "black": "000000", "blue": "0000FF", "brown": "A52A2A", "cyan": "00FFFF", "gold": "FFD700",
    "gray": "808080", "grey": "808080", "green": "008000", "lime": "00FF00", "magenta": "FF00FF", "maroon": "800000",
    "navy": "000080", "olive": "808000", "orange": "FFA500", "pink": "FFC0CB", "purple": "800080", "red": "FF0000",
    "silver": "C0C0C0", "teal": "008080", "violet": "EE82EE", "white": "FFFFFF", "yellow": "FFFF00",
}  # fmt: skip

LINES = [(0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6)]


async def pick_date(player: Player) -> None:
    """A day of a calendar that opens."""
    await _pick(player, "#datepicker")
    await player.click("#subbtn")


async def _pick(player: Player, field: str) -> None:
    month, day, year = (int(part) for part in player.words(r"(\d+)/(\d+)/(\d+)"))
    await player.click(field)
    for _ in range(150):
        shown = MONTHS.index(await player.text(".ui-datepicker-month")) + 1
        behind = (int(await player.text(".ui-datepicker-year")) - year) * 12 + shown - month
        if behind == 0:
            break
        await player.click(".ui-datepicker-prev" if behind > 0 else ".ui-datepicker-next")
    await player.click(by_text(".ui-datepicker-calendar a", str(day)))


async def book_flight(player: Player) -> None:
    """From here to there on a day; the cheapest or the shortest."""
    start, end = player.words(r"from: (.+?) to: (.+?) on \d")
    for field, place in (("#flight-from", start), ("#flight-to", end)):
        await player.fill(field, "")
        await player.type(place, field)
        await player.wait(0.7)
        items = await player.texts(".ui-menu-item")
        fits = [item for item in items if item.startswith(f"{place} (") or item.endswith(f"({place})")]
        await player.click(by_text(".ui-menu-item div", fits[0]))
    await _pick(player, "#datepicker")
    await player.button("Search")
    flights = await player.rows("#results .flight", price=".flight-price", time=".time-duration@data-duration")
    cheapest = "cheapest" in player.asked
    worth = [int(re.sub(r"\D", "", row["price"] if cheapest else row["time"])) for row in flights]
    await player.click(Target(css="#results .flight-price", nth=worth.index(min(worth))))


async def colour(player: Player) -> None:
    """A colour by its name, or as shown."""
    styles = await player.rows("#query .cc", style="@style") if "following" in player.asked else []
    if styles:
        shown = re.findall(r"\d+", styles[0]["style"])
        code = "".join(f"{int(part):02X}" for part in shown) if "rgb" in styles[0]["style"] else styles[0]["style"][-6:]
    else:
        code = COLOURS[player.word(r"Select (\w+) with")]
    await player.fill("#col", code.upper())
    await player.press("Tab", "#col")
    await player.click("#subbtn")


async def buy_stock(player: Player) -> None:
    """Wait for a price that stays low enough until the click has come."""
    limit = float(player.word(r"less than \$(\d+\.\d+)"))
    began = time.monotonic()
    while time.monotonic() - began < 11:
        shown = re.findall(r"[\d.]+", await player.text("#stock-price"))
        margin = max(0.0, 2.5 - (time.monotonic() - began) / 2)
        if shown and float(shown[0]) < limit - margin:
            await player.click("#buy")
            return


async def simon(player: Player) -> None:
    """Watch, then push the same."""
    seen: list[str] = []
    quiet = time.monotonic()
    lit = ""
    while time.monotonic() - quiet < 1.6 or not seen:
        pushed = await _pushed(player)
        if pushed and not lit:
            seen.append(pushed)
        if pushed:
            quiet = time.monotonic()
        lit = pushed
    for button in seen:
        await player.click(f"#button-{button}")


async def _pushed(player: Player) -> str:
    for row in await player.rows("#area button", style="@class", number="@data-button"):
        if "push" in row["style"]:
            return row["number"]
    return ""


async def tic_tac_toe(player: Player) -> None:
    """Play X, and play well."""
    for _ in range(5):
        board = await _board(player)
        free = [place for place in range(9) if board[place] == " "]
        if not free:
            return
        await player.click(f"#ttt-{_move(board, free)}")
        await player.wait(0.5)
        if not await player.shows("#ttt-0"):
            return


async def _board(player: Player) -> list[str]:
    rows = await player.rows("#area .ttt-row span[data-index]", mark="@class", text="")
    return ["X" if "mark-x" in row["mark"] else "O" if "mark-o" in row["mark"] else " " for row in rows]


def _move(board: list[str], free: list[int]) -> int:
    for mark in "XO":
        for line in LINES:
            held = [board[place] for place in line]
            if held.count(mark) == 2 and " " in held:
                return line[held.index(" ")]
    forks = [place for place in free if _threats(board, place) >= 2]
    return next(place for place in (*forks, 0, 8, 2, 6, 4, 1, 3, 5, 7) if place in free)


def _threats(board: list[str], place: int) -> int:
    after = [*board[:place], "X", *board[place + 1 :]]
    return sum([after[at] for at in line].count("X") == 2 and " " in [after[at] for at in line] for line in LINES)
