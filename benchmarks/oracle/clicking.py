"""Tasks that end with a click on the right element."""

import re

from benchmarks.oracle.player import Player, Puzzled, by_text
from benchmarks.oracle.words import SYNONYMS
from gofer.core.action import Target
from gofer.core.browser import Rows


async def named_button(player: Player) -> None:
    """The button of the quoted name."""
    await player.click(by_text("#area button", player.quoted[0]))


async def only_button(player: Player) -> None:
    """There is only one."""
    await player.click("#area button")


async def button_one(player: Player) -> None:
    """Button ONE."""
    await player.button("ONE")


async def one_then_two(player: Player) -> None:
    """Two buttons in turn, with a pause where one is asked for."""
    await player.button("ONE")
    if pause := re.search(r"wait ([\d.]+) second", player.asked):
        await player.wait(float(pause.group(1)) + 0.1)
    await player.button("TWO")


async def ascending(player: Player) -> None:
    """Numbers in their order."""
    await player.click(by_text("#area_svg text", "1"))
    for number in range(2, 6):  # after the first click they are covered, and so to be remembered
        await player.click(f'#area_svg rect[data-index="{number}"]')


async def coloured_box(player: Player) -> None:
    """The box of a colour."""
    colour = player.word(r"the (\w+) colored")
    for place, row in enumerate(await player.rows("#area .color", style="@style")):
        if row["style"] == f"background-color: {colour};":
            await player.click(Target(css="#area .color", nth=place))
            return


async def close_dialog(player: Player) -> None:
    """The x of a window, or one of its buttons."""
    label = player.quoted[0]
    await player.click(".ui-dialog-titlebar-close" if label == "x" else by_text(".ui-dialog-buttonset button", label))


async def link(player: Player) -> None:
    """A link by its words."""
    await player.click(by_text("#area .alink", player.quoted[0]))


async def expand_and_submit(player: Player) -> None:
    """Open a section, then submit."""
    await player.click("#area h3")
    await player.wait(0.4)
    await player.click("#subbtn")


async def link_in_sections(player: Player) -> None:
    """Open section after section until the link shows."""
    await _open_until(player, "#area h3")


async def link_in_tabs(player: Player) -> None:
    """Open tab after tab until the link shows."""
    await _open_until(player, "#area [role=tablist] a")


async def _open_until(player: Player, covers: str) -> None:
    wanted = by_text("#area .alink", player.quoted[0])
    for place in range(len(await player.texts(covers))):
        if not await player.shows(wanted):
            await player.click(Target(css=covers, nth=place))
            await player.wait(0.4)
    await player.click(wanted)


async def tab(player: Player) -> None:
    """A tab by its name."""
    await player.click(by_text("#area [role=tablist] a", player.word(r"(Tab #\d+)")))


async def menu_path(player: Player) -> None:
    """From menu to menu, each of which opens under the pointer."""
    *path, last = player.word(r"Select (.+)").split(">")
    for item in path:
        await player.hover(by_text("[role=menuitem]", item))
        await player.wait(0.5)
    await player.click(by_text("[role=menuitem]", last))


async def menu_item(player: Player) -> None:
    """An item by its name or its icon, perhaps in the menu's own menu."""
    await player.button("Menu")
    wanted = await _menu_target(player)
    if not await player.shows(wanted):
        await player.hover(by_text("[role=menuitem]", "Playback"))
        await player.wait(0.5)
    await player.click(wanted)


async def _menu_target(player: Player) -> Target:
    if "labeled" in player.asked:
        return by_text("[role=menuitem]", player.quoted[-1])
    icons = [row["icon"] for row in await player.rows("#query span", icon="@class") if "ui-icon-" in row["icon"]]
    return Target(css=f"[role=menuitem]:has(.{icons[0].split()[-1]})", nth=0)


async def option(player: Player) -> None:
    """A radio button by its label."""
    await player.check(Target(role="radio", name=player.word(r"Select (.+) and click")))
    await player.button()


async def checkboxes(player: Player) -> None:
    """Checkboxes by their labels."""
    names = player.word(r"Select (.+) and click")
    for name in [] if names == "nothing" else names.split(", "):
        await player.check(Target(role="checkbox", name=name))
    await player.button()


async def similar_checkboxes(player: Player) -> None:
    """Checkboxes whose labels mean the same as the words."""
    wanted = player.word(r"similar to (.+) and click").split(", ")
    for label in await player.texts("#boxes label"):
        if any({label, word} <= set(alike) or label == word for word in wanted for alike in SYNONYMS):
            await player.check(Target(role="checkbox", name=label))
    await player.button()


async def pie(player: Player) -> None:
    """Open a round menu and take an item."""
    await player.click(by_text("#divWheel tspan", "+"))
    await player.wait(0.8)
    await player.click(by_text("#divWheel tspan", player.quoted[0]))


async def options(player: Player) -> None:
    """Options of a list."""
    names = player.word(r"Select (.+) from the").split(", ")
    await player.select("#options", names)
    await player.button()


async def shades(player: Player) -> None:
    """All boxes of which red, green or blue has most."""
    wanted = ("red", "green", "blue").index(player.word(r"shades of (\w+)"))
    for place, row in enumerate(await player.rows("#area span", style="@style")):
        parts = [int(number) for number in re.findall(r"\d+", row["style"])]
        if parts[wanted] == max(parts):
            await player.click(Target(css="#area span", nth=place))
    await player.button()


async def widget(player: Player) -> None:
    """Anything of a kind."""
    kind = player.quoted[0]
    kinds = {"text": "input:not([type=checkbox]):not([type=radio])", "checkbox": "input[type=checkbox]"}
    await player.click(f"#area {kinds.get(kind, 'input[type=radio]' if kind == 'radio' else kind)}")


async def coordinate(player: Player) -> None:
    """A point of a grid."""
    spot = player.word(r"(\(-?\d+,-?\d+\))")
    await player.click(f'.plot-point[id="{spot}"]')


async def tree(player: Player) -> None:
    """Open folders until the name shows."""
    wanted = by_text("#tree span", player.quoted[0])
    for _ in range(12):
        if await player.shows(wanted):
            break
        await player.click("#tree .expandable-hitarea")
        await player.wait(0.3)
    await player.click(wanted)


async def phone_book(player: Player) -> None:
    """Turn pages until the person shows."""
    name, what = player.words(r"Find (\w+) in .* their (phone|email|address)")
    for _ in range(20):
        if await player.text("#contact .name") == name:
            break
        await player.click("#pagination .next a")
    await player.click(f"#contact .{what}")


async def search_result(player: Player) -> None:
    """The n-th result, three on a page."""
    place = int(player.word(r"(\d+)\w\w search result")) - 1
    await player.fill("#search-text", player.quoted[0])
    await player.button("Search")
    if place >= 3:
        await player.click(by_text("#pagination a", str(place // 3 + 1)))
    await player.click(Target(css="#page-content .search-title", nth=place % 3))


async def ticket(player: Player) -> None:
    """The cheapest, dearest, shortest or longest flight."""
    flights = await player.rows("#area .flight", time=".time-duration", price="button")
    place = _best(flights, player.asked)
    await player.click(Target(css="#area .flight button", nth=place))


def _best(flights: Rows, asked: str) -> int:
    key = "price" if "c" in re.findall(r"(cost|cheapest|expensive)", asked)[:1] or "cost" in asked else "time"
    values = [_worth(row[key]) for row in flights]
    return values.index(max(values) if re.search(r"longest|expensive", asked) else min(values))


def _worth(text: str) -> int:
    """`3h 43m` in minutes, `$1117` in dollars."""
    parts = [int(number) for number in re.findall(r"\d+", text)]
    return parts[0] * 60 + parts[1] if "h" in text else parts[0]


async def greatest(player: Player) -> None:
    """The card with the greatest number."""
    values = [int(text) for text in await player.texts("#cardholder .card-value")]
    if not values:
        raise Puzzled("no cards")
    await player.click(Target(css="#cardholder .card", nth=values.index(max(values))))
    await player.button()


async def odd_or_even(player: Player) -> None:
    """Each number's kind."""
    for place, number in enumerate(await player.texts(".display-number")):
        await player.click(Target(css=".odd" if int(number) % 2 else ".even", nth=place))
    await player.button()


async def generate(player: Player) -> None:
    """Again and again until the number fits."""
    for _ in range(60):
        await player.button("Generate")
        number = int(await player.text("#display-number"))
        if _fits(number, player.asked):
            break
    await player.button()


def _fits(number: int, asked: str) -> bool:
    limit = re.search(r"(greater|less) than (-?\d+)", asked)
    if limit:
        return number > int(limit.group(2)) if limit.group(1) == "greater" else number < int(limit.group(2))
    return number % 2 == (1 if " odd " in asked else 0)


async def focus(player: Player) -> None:
    """Put the cursor into a field."""
    which = re.search(r"(\d)\w\w input", player.asked)
    await player.click(Target(css="#area input", nth=int(which.group(1)) - 1 if which else 0))
