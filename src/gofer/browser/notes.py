"""What happened beside the page and its reader should know, told once and never without bound."""

MOST = 10
"""Notes between two looks; a page that makes more of them has nothing more to say."""


class Notes:
    """Collects sentences until somebody looks."""

    def __init__(self) -> None:
        self._notes: dict[str, int] = {}
        self._more = 0

    def add(self, note: str) -> None:
        """Remember a sentence; a repeated one is counted."""
        if note in self._notes or len(self._notes) < MOST:
            self._notes[note] = self._notes.get(note, 0) + 1
        else:
            self._more += 1

    def take(self) -> list[str]:
        """What there is to tell; after that there is nothing."""
        told = [note if times == 1 else f"{note} ({times} times)" for note, times in self._notes.items()]
        told += [f"… and {self._more} more such notes"] if self._more else []
        self._notes, self._more = {}, 0
        return told
