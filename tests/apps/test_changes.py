"""What changed between two runs, in words."""

from gofer.apps.browse.changes import MOST, changes

OLD = [{"name": "Mug", "price": "1.00"}, {"name": "Lamp", "price": "5.00"}]


def test_new_gone_and_changed_things_are_told() -> None:
    now = [{"name": "Mug", "price": "1.20"}, {"name": "Book", "price": "2.00"}]
    assert changes(OLD, now, "name") == ["New: Book (2.00)", "Gone: Lamp", "Mug: price 1.00 → 1.20"]


def test_the_same_rows_in_another_order_are_no_change() -> None:
    assert changes(OLD, OLD[::-1], "name") == []


def test_things_of_the_same_name_are_counted() -> None:
    twice = [OLD[0], OLD[0]]
    assert changes(OLD[:1], twice, "name") == ["New: Mug (2) (1.00)"]


def test_a_new_column_is_a_change_from_nothing() -> None:
    assert changes([{"name": "A"}], [{"name": "A", "stock": "1"}], "name") == ["A: stock (none) → 1"]


def test_many_changes_are_counted_and_not_all_listed() -> None:
    told = changes([], [{"name": str(number)} for number in range(MOST + 20)], "name")
    assert len(told) == MOST + 1
    assert told[-1] == "… and 20 more changes"
