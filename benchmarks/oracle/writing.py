"""Tasks that end with a text in a field."""

import re

from benchmarks.oracle.player import Player, Puzzled, by_text
from gofer.core.action import Target


async def enter_text(player: Player) -> None:
    """Enter the quoted text."""
    await player.answer(player.quoted[0])


async def enter_in_case(player: Player) -> None:
    """Enter the quoted text in upper or lower case."""
    text = player.quoted[0]
    await player.answer(text.upper() if "upper" in player.asked else text.lower())


async def enter_password(player: Player) -> None:
    """The same password twice."""
    await player.fill("#password", player.quoted[0])
    await player.answer(player.quoted[0], "#verify")


async def enter_date(player: Player) -> None:
    """A date in the form that a date field takes."""
    month, day, year = player.words(r"(\d+)/(\d+)/(\d+)")
    await player.answer(f"{year}-{month}-{day}")


async def enter_time(player: Player) -> None:
    """A time in the form that a time field takes."""
    hour, minute, half = player.words(r"(\d+):(\d+) ([AP])M")
    await player.answer(f"{int(hour) % 12 + (12 if half.upper() == 'P' else 0):02}:{minute}")


async def find_word(player: Player) -> None:
    """The n-th word of a paragraph, without its full stop."""
    words = (await player.text("#area p")).split()
    await player.answer(re.sub(r"[.,]", "", words[int(player.word(r"(\d+)\w\w word")) - 1]))


async def last_word(player: Player) -> None:
    """The last word of a long text."""
    words = (await player.value("#text-area")).split()
    await player.answer(words[-1].strip(".,"))


async def scroll_down(player: Player) -> None:
    """Scroll a text to its end or its beginning."""
    await player.scroll("#text-area", -50 if "to the top" in player.asked else 50)
    await player.button()


async def sign_agreement(player: Player) -> None:
    """Read to the end, sign, agree or cancel."""
    if not player.quoted:
        await player.button("Cancel")
        return
    name, button = player.quoted
    await player.scroll("#text-area", 50)
    await player.fill("#name", name)
    await player.button(button)


async def copy_text(player: Player) -> None:
    """Copy the text of one text area."""
    which = re.search(r"(\d)\w\w text area", player.asked)
    source = f"#text-{which.group(1)}" if which else "#to-copy"
    await player.answer(await player.value(source), "#answer-input")


async def captcha(player: Player) -> None:
    """Letters that lean in all directions."""
    await player.answer("".join(await player.texts("#captcha span")))


async def algebra(player: Player) -> None:
    """Solve a linear equation for x."""
    left, right = (await player.text("#math-problem")).replace(" ", "").split("=")
    side, number = (left, float(right)) if "x" in left else (right, float(left))
    await player.answer(f"{_solved(side, number):g}")


def _solved(side: str, number: float) -> float:
    """`side` is such as x+2, 2+x, 5-x, 3*x."""
    values = [_value(side.replace("x", f"({x})")) for x in (0, 1)]
    slope = values[1] - values[0]
    return (number - values[0]) / slope


def _value(term: str) -> float:
    found = re.fullmatch(r"\(?(-?[\d.]+)\)?([+\-*/x])\(?(-?[\d.]+)\)?", term)
    if found is None:
        raise Puzzled(term)
    one, sign, other = float(found.group(1)), found.group(2), float(found.group(3))
    return {"+": one + other, "-": one - other, "*": one * other, "x": one * other, "/": one / (other or 1)}[sign]


async def arithmetic(player: Player) -> None:
    """A sum, a difference or a product."""
    term = (await player.text("#math-problem")).replace(" ", "").rstrip("=")
    await player.answer(f"{_value(term):g}", "#math-answer")


async def count_blocks(player: Player) -> None:
    """How many blocks there are."""
    await player.answer(len(await player.rows(".addition-block", text="")), "#math-answer")


async def read_table(player: Player) -> None:
    """One value of a table."""
    table = dict(re.findall(r"^ *([^|\n]+?) \| ([^|\n]+)$", await player.view(), re.MULTILINE))
    await player.answer(table[player.word(r"value of ([\w ]+?) into")].strip())


async def read_table_twice(player: Player) -> None:
    """Two values of a table, each into the field of its name."""
    table = {
        row["key"]: row["value"] for row in await player.rows("#tab tr", key="td:nth-child(1)", value="td:last-child")
    }
    for place, label in enumerate(await player.texts("#form label"), 1):
        await player.fill(f"#tt{place}", table[label.rstrip(":")])
    await player.button()


async def log_in(player: Player) -> None:
    """Name and password; a window in between is closed first."""
    name, password = player.quoted
    for field, text in (("#username", name), ("#password", password)):
        await player.fill(field, text)
        await _aside(player)
        if await player.value(field) != text:
            await player.fill(field, text)
    await player.click("#subbtn")


async def _aside(player: Player) -> None:
    if await player.shows("#popup"):
        await player.click("#popup-cancel")


async def search_movies(player: Player) -> None:
    """Fields in any order and layout: what belongs to which is read off the view."""
    genre, director, year = player.words(r"for (\S+) movies directed by (\S+) from year (\d+)")
    view = (await player.view()).partition(player.asked)[2]
    for ref, label in _labelled(view):
        name = label.lower()
        await player.fill(Target(ref=ref), genre if "genre" in name else director if "director" in name else year)
    for name in ("Search", "Submit", "Go!"):
        if name in view.splitlines() or f'"{name}"' in view:
            await player.click(by_text("#area *", name))
            return


def _labelled(view: str) -> list[tuple[str, str]]:
    """Each field's reference and the words that stand before it; or after it, where the first has none before."""
    fields = re.findall(r'([^\[\]]*)\[(\w+)\] textbox(?: "([^"]*)")?(?=([^\[]*))', view)
    after = not fields[0][0].strip().splitlines()[-1:]
    return [
        (ref, own or (behind if after else before).strip().splitlines()[-1 if not after else 0])
        for before, ref, own, behind in fields
    ]


async def guess_number(player: Player) -> None:
    """Halve what is left."""
    low, high = 0, 9
    while low <= high:
        guess = (low + high) // 2
        await player.answer(guess, "#tt")
        told = await player.view()
        if "lower than" in told:
            high = guess - 1
        elif "higher than" in told:
            low = guess + 1
        else:
            return


async def autocomplete(player: Player) -> None:
    """Choose the suggestion that begins and ends so."""
    begin, *end = player.quoted
    await player.type(begin, "#tags")
    await player.wait(0.6)
    fits = [item for item in await player.texts(".ui-menu-item") if not end or item.endswith(end[0])]
    await player.click(by_text(".ui-menu-item div", next(item for item in fits if item.startswith(begin))))
    await player.button()


async def terminal(player: Player) -> None:
    """List the files and remove one that fits."""
    await player.click("#terminal")
    await player.type("ls")
    await player.press("Enter")
    files = (await player.texts(".terminal-output"))[-1].split()
    ending = re.search(r"extension (\.[\w.]+)", player.asked)
    fits = [file for file in files if (file.endswith(ending.group(1)) if ending else "." not in file)]
    await player.type(f"rm {fits[0]}")
    await player.press("Enter")


async def spinner(player: Player) -> None:
    """A number into a field with arrows."""
    await player.fill("#spinner", player.word(r"Select (-?\d+)"))
    await player.press("Tab", "#spinner")
    await player.button()


async def radio_and_number(player: Player) -> None:
    """A radio button and a number into one of three fields."""
    radio, number, field = player.words(r'(\d)\w\w radio button and enter the number "(-?\d+)" into the (\d)')
    await player.check(f"input[type=radio]:nth-of-type({radio})")
    await player.answer(number, f"#input-{field}")
