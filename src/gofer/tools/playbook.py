"""What an application needs to record, keep and replay a playbook, and to tell what a failed replay says of it.

Applications import tools and not the browser: what they use of the browser's playbooks they find here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from gofer.browser.answering import wordy
from gofer.browser.binding import bind, fits, hosts, opening, site
from gofer.browser.drafting import Errand, Unfit, agree, draft, merged, reviewed, unreviewed
from gofer.browser.healing import Heal, Healed, Trouble
from gofer.browser.playbook import GIVEN, PLACE, Act, Playbook, texts
from gofer.browser.recording import Notebook, Recorder, Recording
from gofer.browser.replay import Manner, Replayed, replay
from gofer.browser.soundness import sound
from gofer.browser.table import Row, as_csv
from gofer.browser.written import as_text, bundled, bundled_texts, load
from gofer.core.action import Fill, Navigate, Type
from gofer.core.errors import Refused

__all__ = [
    "Errand",
    "Manner",
    "Notebook",
    "Playbook",
    "Recorder",
    "Recording",
    "Replayed",
    "Row",
    "Unfit",
    "Witness",
    "agree",
    "as_csv",
    "as_text",
    "bind",
    "bundled",
    "bundled_texts",
    "draft",
    "fits",
    "hosts",
    "load",
    "merged",
    "opening",
    "replay",
    "reviewed",
    "site",
    "sound",
    "unreviewed",
    "wordy",
]


@dataclass
class Witness:
    """Stands beside a replay: passes a step in trouble on to whoever mends it, and knows which one was not mended."""

    mender: Heal | None = None
    unmended: Trouble | None = None

    async def heal(self, trouble: Trouble) -> Healed | None:
        """What the replay calls."""
        self.unmended = trouble
        healed = await self.mender(trouble) if self.mender else None
        self.unmended = None if healed else trouble
        return healed

    def blames_the_playbook(self, error: Refused) -> bool:
        """Whether a step no longer fits. A lost computer, a wrong value and a dead address say nothing of the steps."""
        if error.code != Refused.default_code:
            return False
        if self.unmended is None:
            return True
        return not (isinstance(self.unmended.template.action, Navigate) or _depends(self.unmended.template))


def _depends(step: Act) -> bool:
    """Whether it is a value of the errand that says which element is meant or what is chosen."""
    return any(name != GIVEN for text in _aims(step) for name in PLACE.findall(text))


def _aims(step: Act) -> Iterator[str]:
    typed = {"value"} if isinstance(step.action, Fill) else {"text"} if isinstance(step.action, Type) else set()
    yield from texts(step.action.model_dump(exclude=typed))
    yield from texts(step.model_dump(include={"element", "onto"}))
