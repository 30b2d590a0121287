"""Mail and posts: find the right one, then do what is asked."""

import re

from benchmarks.oracle.player import Player, Puzzled
from gofer.core.action import Target

ACTIONS = {
    "Reply": "reply", "Retweet": "retweet", "Like": "like", "Share": "share", "Share via DM": "share",
    "Copy link to Tweet": "copy", "Embed Tweet": "embed", "Mute": "menu-user", "Block": "block-user",
    "Report": "report",
}  # fmt: skip

IN_MENU = ("Share via DM", "Copy link to Tweet", "Embed Tweet", "Mute", "Block", "Report")


async def mail(player: Player) -> None:
    """Delete, star, forward or answer a mail."""
    senders = await player.texts(".email-thread .email-sender")
    sender, other = _people(player.asked, senders)
    await player.click(Target(css=f'.email-thread:has(.email-sender:text-is("{sender}")) .email-left', nth=0))
    asked = player.asked.lower()
    if re.search(r"\b(delete|trash|remove|erase|rid)\b", asked):
        await player.click("#email .email-actions .trash")
    elif re.search(r"\b(important|star|starred)\b", asked):
        await player.click("#email .email-actions .star")
    elif player.quoted or re.search(r"\b(reply|respond|answer|response)\b", asked):
        await _reply(player)
    else:
        await player.click("#email .email-forward")
        await player.fill(".forward-sender", other)
        await player.click("#send-forward")


async def _reply(player: Player) -> None:
    await player.click("#email .email-reply")
    await player.fill("#reply-text", player.quoted[-1] if player.quoted else player.word(r"[:“](.+?)[”]?$").strip())
    await player.click("#send-reply")


def _people(asked: str, senders: list[str]) -> tuple[str, str]:
    """Who sent the mail, and who else is named."""
    plain = re.sub(r'"[^"]*"', "", asked)
    names = [name for name in re.findall(r"\b[A-Z][a-z]+(?:-[A-Z][a-z]+)?\b", plain) if name not in _NO_NAMES]
    given = [name for name in names if name in senders]
    for pattern in (r"([A-Z]\w+)'s", r"(?:from|by) ([A-Z]\w+)", r"([A-Z]\w+) (?:sent|wrote|has sent|gave)"):
        found = [name for name in re.findall(pattern, plain) if name in senders]
        if found:
            return found[0], next((name for name in reversed(names) if name != found[0]), "")
    if not given:
        raise Puzzled(asked)
    return given[0], next((name for name in reversed(names) if name != given[0]), "")


_NO_NAMES = {
    "Find", "Forward", "Delete", "Reply", "Send", "Mark", "The", "Please", "Give", "Star", "Email", "Get", "Open", "Go",
    "You", "From", "Now", "Look", "Search", "Click", "Can", "Could", "Will", "Take", "Respond", "Show", "Navigate",
}  # fmt: skip


async def post(player: Player) -> None:
    """One button of one person's post."""
    user = player.word(r"user (@\w+)")
    await _press(player, await _places(player, user), player.quoted[0], 1)


async def posts(player: Player) -> None:
    """A button of all, or so many, of one person's posts."""
    user = player.word(r"by (@\w+)")
    many = re.search(r"on (\d+) post", player.asked)
    places = await _places(player, user)
    await _press(player, places, player.quoted[0], int(many.group(1)) if many else len(places))
    await player.button()


async def _places(player: Player, user: str) -> list[int]:
    return [place for place, name in enumerate(await player.texts(".media .username")) if name == user]


async def _press(player: Player, places: list[int], name: str, many: int) -> None:
    for place in places[:many]:
        if name in IN_MENU:
            await player.click(Target(css=f":nth-match(.media, {place + 1}) .more"))
        await player.click(Target(css=f":nth-match(.media, {place + 1}) .{ACTIONS[name]}"))


async def food(player: Player) -> None:
    """Dishes by name, or so many of a kind."""
    dishes = await player.rows(".food-item", name=".item-name", kinds=".types")
    if "one of each" in player.asked:
        for name in player.word(r"item: (.+)$").split(", "):
            await _order(player, [dish["name"] for dish in dishes].index(name))
    else:
        many, kind = player.words(r"Order (\d+) items? that (?:are|is) ([\w-]+)")
        images = [[row["alt"] for row in await _kinds(player, place)] for place in range(len(dishes))]
        fitting = [place for place, kinds in enumerate(images) if kind in kinds]
        for time in range(int(many)):
            await _order(player, fitting[time % len(fitting)])
    await player.button("Order!")


async def _kinds(player: Player, place: int) -> list[dict[str, str]]:
    return await player.rows(f":nth-match(.food-item, {place + 1}) img", alt="@alt")


async def _order(player: Player, place: int) -> None:
    await player.click(Target(css=f":nth-match(.food-item, {place + 1}) .add"))


async def editor(player: Player) -> None:
    """Give a word, or all, a style or a colour."""
    text = await player.text(".ql-editor")
    word = re.search(r"give the text (.+?) the (?:style|color)", player.asked)
    start, length = (text.index(word.group(1)), len(word.group(1))) if word else (0, len(text))
    await player.click(".ql-editor")
    await player.press("Control+Home")
    await player.press("ArrowRight", times=_from(text, word.group(1)) if word else start)
    await player.press("Shift+ArrowRight", times=length)
    await _style(player)
    await player.button()


def _from(text: str, word: str) -> int:
    """Where the word stands alone."""
    found = re.search(rf"(?<!\S){re.escape(word)}(?!\S)", text)
    return found.start() if found else text.index(word)


async def _style(player: Player) -> None:
    style = re.search(r"style (\w+)", player.asked)
    if style:
        await player.click({"bold": ".ql-bold", "italics": ".ql-italic", "underlined": ".ql-underline"}[style.group(1)])
        return
    colours = {"red": "#e60000", "orange": "#ff9900", "yellow": "#ffff00", "green": "#008a00", "blue": "#0066cc"}
    colour = player.word(r"color (\w+)")
    await player.click(".ql-color .ql-picker-label")
    await player.click(f'.ql-picker-item[data-value="{colours.get(colour, "#9933ff")}"]')
