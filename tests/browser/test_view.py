"""A page's view is compact, and honest about what it leaves out."""

from gofer.browser.view import LIMIT, LINE, page_view


def test_noise_is_left_out_and_long_links_are_cut() -> None:
    snapshot = '- link "A" [active] [ref=e1] [cursor=pointer]:\n  - /url: ' + "x" * 500
    view = page_view("u", "t", snapshot)
    assert view.text.splitlines()[0] == '- link "A" [ref=e1]:'
    assert len(view.text) < 200
    assert not view.truncated


def test_a_long_page_says_how_many_lines_are_missing() -> None:
    view = page_view("u", "t", "\n".join(["- text: 0123456789"] * 2000))
    shown = view.text.splitlines()
    assert view.truncated
    assert shown[-1] == f"… {2000 - (len(shown) - 1)} more lines of this page are not shown"


def test_a_single_endless_line_is_cut_too() -> None:
    view = page_view("u", "t", "x" * (LIMIT * 2))
    assert view.truncated
    assert view.text.endswith(f"… ({LIMIT * 2 - LINE} more characters)")


def test_notes_come_first() -> None:
    assert page_view("u", "t", "- text", ["A dialog said no"]).text.startswith("[A dialog said no]\n")
