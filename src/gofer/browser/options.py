"""What an operator may choose about a browser: where its files go, how much it may keep, how its hand moves."""

from dataclasses import dataclass
from pathlib import Path

WORKSPACE = "/workspace"
"""The working folder of a sandbox; relative paths of files are seen from here."""


@dataclass(frozen=True)
class Options:
    """Paths are those of the computer that the browser runs on, unless they say otherwise."""

    home: str = WORKSPACE
    downloads: str = f"{WORKSPACE}/downloads"
    download_mb: int = 200
    """Most megabytes of one downloaded file, and of all files of one errand."""
    tabs: int = 8
    """Tabs that may be open at once; what a page opens beyond that is closed."""
    private: bool = False
    """Whether addresses of this machine and its network may be opened."""
    human_like: bool = False
    """Types with 50 to 150 ms between keys, and clicks at a random place inside of the element."""
    scratch: Path | None = None
    """Where Playwright keeps its files on gofer's own host; without it they stay in /tmp after a kill."""
