"""The data folder is its owner's alone, and one gofer's at a time."""

import stat
from pathlib import Path

import pytest

from gofer.core.errors import Refused
from gofer.storage.folder import folder_open, nobody_works_in


def mode(path: Path) -> int:
    """Its rights."""
    return stat.S_IMODE(path.stat().st_mode)


def test_what_is_made_is_the_owners(folder: Path) -> None:
    with folder_open(folder, alone=True, private=("gofer.db",)):
        assert mode(folder) == 0o700
        assert mode(folder / "gofer.db") == 0o600


def test_what_was_open_to_others_is_closed(folder: Path) -> None:
    folder.mkdir()
    for name in ("gofer.lock", "gofer.db", "gofer.db-wal"):
        (folder / name).touch()
        (folder / name).chmod(0o644)
    folder.chmod(0o755)
    with folder_open(folder, alone=True, private=("gofer.db",)):
        assert mode(folder) == 0o700
        assert mode(folder / "gofer.db") == mode(folder / "gofer.db-wal") == 0o600


def test_a_shared_folder_stays_as_it_is_and_is_told_of(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder.mkdir()
    (folder / "a letter").touch()
    folder.chmod(0o755)
    with folder_open(folder, alone=False):
        assert mode(folder) == 0o755
    assert f"chmod 700 {folder}" in "".join(capsys.readouterr())


def test_only_one_works_there(folder: Path) -> None:
    with folder_open(folder, alone=True), nobody_works_in(folder) as idle:
        assert not idle
        with pytest.raises(Refused, match="Another gofer"), folder_open(folder, alone=True):
            pass
    with nobody_works_in(folder) as idle:
        assert idle
