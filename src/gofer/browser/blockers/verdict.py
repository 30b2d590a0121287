"""From signs to a verdict: clues are weighed for each kind, and the kind that a person can act on first wins."""

from collections import defaultdict
from collections.abc import Iterator

from gofer.browser.blockers import phrases
from gofer.browser.blockers.challenges import all_passed, challenges
from gofer.browser.blockers.clues import Clue
from gofer.browser.blockers.codes import codes
from gofer.browser.blockers.rules import RULES
from gofer.browser.blockers.signs import Signs
from gofer.core import egress
from gofer.core.blocker import Blocker, BlockerKind, Evidence

ENOUGH = 0.6
"""What the clues of a kind must weigh together; two independent ones, or one that means nothing else."""

FIRST = (BlockerKind.CAPTCHA, BlockerKind.MFA)
"""A task that a person can do goes before whatever else the page says."""

SAYING_MOST = (
    BlockerKind.CAPTCHA,
    BlockerKind.MFA,
    BlockerKind.BOT_BLOCKED,
    BlockerKind.RATE_LIMITED,
    BlockerKind.LOGIN,
    BlockerKind.ACCESS_DENIED,
)
"""Of kinds that weigh the same, the one that tells a person more."""


def detect(signs: Signs) -> Blocker:
    """What stands in the way, and what else the signs are enough for: one errand's blocker is another one's goal.

    What gofer's own way out says is no blocker: no person could clear it.
    """
    if egress.found(signs.url, signs.headers):
        return Blocker()
    weighed = {kind: _heaviest(clues) for kind, clues in _by_kind(signs).items()}
    fired = {kind: clues for kind, clues in weighed.items() if _enough(clues)}
    ranked = sorted(fired, key=lambda kind: _rank(kind, fired[kind]))
    first, *others = [_blocker(kind, fired[kind], signs) for kind in ranked] or [Blocker()]
    return first.model_copy(update={"besides": tuple(others)})


def _rank(kind: BlockerKind, clues: list[Clue]) -> tuple[bool, float, int]:
    weight = 0.0 if kind in FIRST else -round(_weight(clues), 3)
    return (kind not in FIRST, weight, SAYING_MOST.index(kind))


def _by_kind(signs: Signs) -> dict[BlockerKind, list[Clue]]:
    found: dict[BlockerKind, list[Clue]] = defaultdict(list)
    for clue in _clues(signs):
        found[clue.kind].append(clue)
    return found


def _clues(signs: Signs) -> Iterator[Clue]:
    silent = {BlockerKind.CAPTCHA} if all_passed(signs) else set()
    if _login_is_the_errand(signs):
        silent.add(BlockerKind.LOGIN)
    for rule in RULES:
        if rule.kind not in silent and (clue := rule.clue(signs)):
            yield clue
    yield from challenges(signs)
    yield from codes(signs)


def _login_is_the_errand(signs: Signs) -> bool:
    """Whether a login page was asked for by its own address, and not as a detour to another page."""
    wanted = signs.asked
    return bool(phrases.SIGN_IN_PATH.search(wanted)) and not phrases.RETURN_PARAMETER.search(wanted)


def _heaviest(clues: list[Clue]) -> list[Clue]:
    """One clue for each place where something was seen."""
    best: dict[str, Clue] = {}
    for clue in clues:
        if clue.group not in best or clue.weight > best[clue.group].weight:
            best[clue.group] = clue
    return sorted(best.values(), key=lambda clue: -clue.weight)


def _weight(clues: list[Clue]) -> float:
    return sum(clue.weight for clue in clues)


def _enough(clues: list[Clue]) -> bool:
    return round(_weight(clues), 3) >= ENOUGH and any(not clue.supports for clue in clues)


def _blocker(kind: BlockerKind, clues: list[Clue], signs: Signs) -> Blocker:
    evidence = [Evidence(source=clue.source, value=clue.value[:300]) for clue in clues]
    if kind is BlockerKind.CAPTCHA and signs.again:
        kind = BlockerKind.CAPTCHA_LOOP
        evidence.append(Evidence(source="progress", value="a CAPTCHA was passed here a moment ago"))
    vendor = next((clue.vendor for clue in clues if clue.vendor), None)
    return Blocker(kind=kind, vendor=vendor, evidence=tuple(evidence), confidence=round(min(_weight(clues), 1.0), 2))
