"""Trees of folders that were made to keep us from removing or counting them."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gofer.sandboxes.keeper import trees
from gofer.sandboxes.keeper.trees import TooMuch, remove, require_at_most

MEGABYTE = 1 << 20


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Path]:
    """A folder of the host that nothing may touch."""
    folder = tmp_path / "host"
    folder.mkdir(mode=0o500)
    (folder / "file").write_text("kept")
    yield folder
    assert (folder / "file").read_text() == "kept"
    assert folder.stat().st_mode & 0o777 == 0o500


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The folder that the guest may write in."""
    folder = tmp_path / "tree"
    folder.mkdir()
    return folder


def nest(top: Path, depth: int, name: str) -> None:
    """Folders in folders, which no path reaches the end of."""
    here = os.open(top, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir(name, dir_fd=here)
        below = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)


@pytest.mark.parametrize(("depth", "name"), [(40, "d" * 250), (5000, "d")])
def test_folders_nested_deeper_than_a_path_is_long_are_removed(tree: Path, depth: int, name: str) -> None:
    nest(tree, depth, name)
    before = len(os.listdir("/proc/self/fd"))
    remove(str(tree))
    assert not tree.exists()
    assert len(os.listdir("/proc/self/fd")) <= before


def test_folders_that_nobody_may_enter_are_removed(tree: Path) -> None:
    for mode in (0o000, 0o111, 0o444, 0o555):
        folder = tree / f"{mode:o}"
        (folder / "below").mkdir(parents=True)
        (folder / "below" / "file").touch()
        (folder / "below").chmod(0)
        folder.chmod(mode)
    tree.chmod(0)
    remove(str(tree))
    assert not tree.exists()


def test_links_to_the_host_are_removed_and_what_they_lead_to_stays(tree: Path, host: Path) -> None:
    (tree / "folder").symlink_to(host)
    (tree / "file").symlink_to(host / "file")
    (tree / "nowhere").symlink_to("/nonexistent")
    (tree / "loop").symlink_to("loop")
    remove(str(tree))
    assert not tree.exists()


def test_thousands_of_entries_sockets_and_fifos_are_removed(tree: Path) -> None:
    for number in range(5000):
        (tree / f"file{number}").touch()
        (tree / f"folder{number}").mkdir()
    os.mkfifo(tree / "fifo")
    remove(str(tree))
    assert not tree.exists()
    remove(str(tree))


def test_a_link_in_place_of_the_tree_is_not_followed(tmp_path: Path, host: Path) -> None:
    (tmp_path / "link").symlink_to(host)
    with pytest.raises(NotADirectoryError):
        remove(str(tmp_path / "link"))


def test_a_folder_that_is_moved_away_meanwhile_does_not_lead_up_into_the_host(tree: Path, host: Path) -> None:
    (tree / "a" / "b").mkdir(parents=True)
    here, above = os.open(tree / "a" / "b", os.O_RDONLY), os.open(tree / "a", os.O_RDONLY)
    (tree / "a" / "b").rename(tree.parent / "b")
    with pytest.raises(OSError, match="moved"):
        trees.climb(here, trees.identity(above))
    os.close(here)
    os.close(above)


def test_files_beyond_the_limit_are_too_much(tree: Path) -> None:
    (tree / "a").mkdir()
    (tree / "a" / "file").write_bytes(bytes(2 * MEGABYTE))
    require_at_most(3 * MEGABYTE, str(tree))
    with pytest.raises(TooMuch):
        require_at_most(MEGABYTE, str(tree))


def test_what_lies_behind_a_closed_folder_counts_and_the_folder_stays_closed(tree: Path) -> None:
    (tree / "closed").mkdir()
    (tree / "closed" / "file").write_bytes(bytes(2 * MEGABYTE))
    (tree / "closed").chmod(0)
    with pytest.raises(TooMuch):
        require_at_most(MEGABYTE, str(tree))
    assert (tree / "closed").stat().st_mode & 0o777 == 0


def test_entries_without_contents_count_because_they_take_places_on_the_host(tree: Path) -> None:
    for number in range(300):
        (tree / f"{number}").touch()
    with pytest.raises(TooMuch):
        require_at_most(MEGABYTE, str(tree))


def test_a_file_with_many_names_counts_once_and_a_link_not_for_what_it_leads_to(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(2 * MEGABYTE))
    (tree / "link").symlink_to(tmp_path / "large")
    (tree / "file").write_bytes(bytes(MEGABYTE))
    for number in range(10):
        os.link(tree / "file", tree / f"{number}")
    require_at_most(3 * MEGABYTE // 2, str(tree))


def test_folders_too_deep_to_count_are_too_much(tree: Path) -> None:
    nest(tree, 100, "d")
    require_at_most(MEGABYTE, str(tree))
    nest(tree, 300, "e")
    with pytest.raises(TooMuch):
        require_at_most(100 * MEGABYTE, str(tree))
