"""Whether two names can be those of one element: a few words more are noise, another thing, or its opposite."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from enum import Enum


def _set(told: str) -> frozenset[str]:
    return frozenset(told.split())


_WORD = re.compile(r"\w+")

_COUNT = re.compile(r"\(\s*\d+\s*\)")
"""How many things are behind it, such as Basket (2): that is not part of its name."""

TURNS = _set(
    "not no non never none nothing nobody without un de dis don dont doesn didn won cannot unless except instead "
    "stop cancel undo revert remove delete discard erase clear reset disable deactivate block leave quit end off skip "
    "later decline reject refuse deny hide ignore unsubscribe logout "
    "all every everything everyone everybody everywhere any anyway forever permanent permanently always only "
    "nicht kein keine keinen nie ohne alle alles allen immer endgültig abbrechen löschen entfernen später ablehnen "
    "ne pas jamais sans tout tous toutes toujours annuler supprimer refuser "
    "sin nunca jamás todo todos todas siempre cancelar borrar eliminar rechazar não sem tudo excluir recusar "
    "senza mai tutto tutti sempre annulla elimina rifiuta niet geen nooit zonder altijd annuleren verwijderen "
    "inte aldrig utan alla ikke aldri uten nie bez wszystko anuluj usuń "
    "не нет без никогда все всё отменить удалить"
)
"""Words that turn what a name says, or make it reach further, where one name has them and the other has not."""

LEADS = _set(
    "your my our the this a an please bitte der die das dein deine ihr ihre mein meine votre vos mon ma mes notre "
    "le la les el los las tu su mi il lo i gli"
)
"""Words before or inside a name that say nothing about what it does."""

TRAILS = _set("now new here today beta please updated jetzt neu hier heute maintenant nouveau ahora nuevo")
"""Words after or inside a name that say nothing about what it does; before it they may: message, new message."""

DIRECTED = _set("to from into onto before after over under than von nach zu aus vor de à vers para desde")
"""Words that make the order of the others matter."""


class Difference(Enum):
    """How far apart two names are."""

    NOISE = "noise"
    WORDS = "words"
    OPPOSED = "opposed"


def words(text: str) -> tuple[str, ...]:
    """The words of a text, whatever their case and punctuation."""
    return tuple(_WORD.findall(text.casefold()))


def difference(wanted: str, seen: str) -> Difference:
    """What tells two alike names apart."""
    mine, theirs = words(_COUNT.sub(" ", wanted)), words(_COUNT.sub(" ", seen))
    if not mine and not theirs:
        return _wordless(wanted.strip(), seen.strip())
    lost, won = set(Counter(mine) - Counter(theirs)), set(Counter(theirs) - Counter(mine))
    if not TURNS.isdisjoint(lost | won) or _prefixed(lost, won) or _turned_round(mine, theirs):
        return Difference.OPPOSED
    return Difference.NOISE if _noise(mine, theirs) and _noise(theirs, mine) else Difference.WORDS


def _wordless(wanted: str, seen: str) -> Difference:
    if wanted == seen:
        return Difference.NOISE
    return Difference.OPPOSED if wanted and seen else Difference.WORDS


def _prefixed(lost: Iterable[str], won: Iterable[str]) -> bool:
    """Whether a word became another by what was put before it, or taken away: subscribe, unsubscribe."""
    return any(one.endswith(other) or other.endswith(one) for one in lost for other in won)


def _turned_round(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    less, more = sorted((mine, theirs), key=len)
    return not DIRECTED.isdisjoint(less) and not _in_order(less, more)


def _in_order(less: Sequence[str], more: Sequence[str]) -> bool:
    rest = iter(more)
    return all(word in rest for word in less)


def _noise(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether what the second has more says nothing."""
    known = Counter(mine)
    begun = False
    for word in theirs:
        if known[word] > 0:
            known[word] -= 1
            begun = True
        elif word not in LEADS and not (begun and word in TRAILS):
            return False
    return True
