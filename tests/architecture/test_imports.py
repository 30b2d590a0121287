"""The house has walls: who may import whom."""

import ast
import sys
from collections.abc import Iterator

from tests.architecture.rules import (
    BESIDES,
    CONNECTION_TYPES,
    EVERYTHING,
    HOMES,
    MAY_IMPORT,
    NEVER_MEET,
    ONLY_TYPES_OF_SQLALCHEMY,
    PURE,
    READS_THE_ENVIRONMENT,
)
from tests.architecture.tree import PACKAGE, Import, Module, modules, suite, within


def ours(module: Module) -> Iterator[tuple[Import, str]]:
    """Imports of our own modules, with the room they reach."""
    for found in module.imports:
        if within(found.target, (PACKAGE,)) and found.target != PACKAGE:
            yield found, found.target.removeprefix(f"{PACKAGE}.")


def allowed(module: Module, room: str) -> bool:
    """Whether the table lets this module import that room."""
    home = module.room.partition(".")[0]
    rows = (*MAY_IMPORT[home], *BESIDES.get(module.room, ()))
    return EVERYTHING in rows or room.partition(".")[0] == home or within(room, rows)


def test_every_room_has_a_row_in_the_table() -> None:
    rooms = {module.room.partition(".")[0] for module in modules()} - {""}
    assert rooms <= MAY_IMPORT.keys()


def test_nobody_imports_what_the_table_does_not_allow() -> None:
    found = [
        f"{module.at(each.line)}: {module.room} imports {room}"
        for module in modules()
        for each, room in ours(module)
        if module.room and not allowed(module, room)
    ]
    assert found == []


def test_applications_do_not_know_each_other() -> None:
    found = [
        f"{module.at(each.line)}: {module.room} imports {room}"
        for module in modules()
        for each, room in ours(module)
        if within(module.room, (NEVER_MEET,)) and within(room, (NEVER_MEET,))
        if module.room.split(".")[:2] != room.split(".")[:2]
    ]
    assert found == []


def test_there_are_no_relative_imports() -> None:
    assert [m.at(each.line) for m in (*modules(), *suite()) for each in m.imports if each.relative] == []


def test_nothing_is_imported_inside_a_function() -> None:
    assert [m.at(each.line) for m in (*modules(), *suite()) for each in m.imports if each.nested] == []


def test_there_is_no_import_cycle() -> None:
    left = {module.name: {each.target for each, _ in ours(module)} - {module.name} for module in modules()}
    while free := [name for name, needs in left.items() if not needs & left.keys()]:
        for name in free:
            del left[name]
    assert left == {}


def test_what_comes_from_outside_stays_in_its_home() -> None:
    found = [
        f"{module.at(each.line)}: {each.target}"
        for module in modules()
        for each in module.imports
        if (homes := HOMES.get(each.target.partition(".")[0])) is not None and not within(module.room, homes)
    ]
    assert found == []


def test_pure_rooms_use_the_standard_library_and_little_else() -> None:
    found = [
        f"{module.at(each.line)}: {each.target}"
        for module in modules()
        for room, libraries in PURE.items()
        if within(module.room, (room,))
        for each in module.imports
        if (top := each.target.partition(".")[0]) != PACKAGE
        if top not in sys.stdlib_module_names and top not in libraries
    ]
    assert found == []


def test_kernel_and_operations_name_connections_and_write_no_sql() -> None:
    found = [
        f"{module.at(line)}: sa.{attribute}"
        for module in modules()
        if within(module.room, ONLY_TYPES_OF_SQLALCHEMY)
        for attribute, line in said_of_sqlalchemy(module)
        if attribute not in CONNECTION_TYPES
    ]
    assert found == []


def test_only_settings_read_the_environment() -> None:
    found = [
        module.at(line)
        for module in modules()
        if not within(module.room, READS_THE_ENVIRONMENT)
        for attribute, line in attributes(module, "os")
        if attribute in ("environ", "getenv", "environb")
    ]
    assert found == []


def test_tests_use_working_fakes_and_no_mocks() -> None:
    found = [m.at(each.line) for m in suite() for each in m.imports if within(each.target, ("unittest", "mock"))]
    assert found == []


def said_of_sqlalchemy(module: Module) -> Iterator[tuple[str, int]]:
    """Everything a module takes from SQLAlchemy, by `sa.NAME` or by a direct import."""
    yield from attributes(module, "sa")
    yield from ((each.target, each.line) for each in module.imports if each.target.startswith("sqlalchemy."))


def attributes(module: Module, name: str) -> Iterator[tuple[str, int]]:
    """Every `NAME.attribute` in a module."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name:
            yield node.attr, node.lineno
