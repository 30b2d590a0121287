"""The page as a model should see it: a compact view with references, under a hard cap, and after that only changes."""

from gofer.browser.view.viewer import Viewer

__all__ = ["Viewer"]
