"""What stands between an errand and its page, told by signs alone: no model, and no guess from a single word."""

from gofer.browser.blockers.lookout import Lookout
from gofer.browser.blockers.signs import Signs
from gofer.browser.blockers.verdict import detect

__all__ = ["Lookout", "Signs", "detect"]
