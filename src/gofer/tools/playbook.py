"""What an application needs to record, keep, replay and mend a playbook."""

from gofer.browser.binding import bind, fits, hosts
from gofer.browser.drafting import Errand, Unfit, agree, draft, merged
from gofer.browser.playbook import Playbook
from gofer.browser.recording import Notebook, Recorder, Recording
from gofer.browser.replay import Manner, Replayed, replay
from gofer.browser.table import Row, as_csv
from gofer.browser.written import as_text, bundled, bundled_texts, load
from gofer.tools.healing import healer

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
    "agree",
    "as_csv",
    "as_text",
    "bind",
    "bundled",
    "bundled_texts",
    "draft",
    "fits",
    "healer",
    "hosts",
    "load",
    "merged",
    "replay",
]
