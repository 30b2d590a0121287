"""The source as the architecture tests see it: every module, parsed once, with what it imports."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
PACKAGE = "gofer"


@dataclass(frozen=True)
class Import:
    """One imported module: where it stands, and whether it stands inside a function."""

    target: str
    line: int
    relative: bool = False
    nested: bool = False


@dataclass(frozen=True)
class Module:
    """One file, parsed."""

    name: str
    path: Path
    text: str
    tree: ast.Module
    imports: tuple[Import, ...]

    @property
    def room(self) -> str:
        """The name without the leading `gofer.`: "kernel.engine.engine"."""
        return self.name.removeprefix(PACKAGE).removeprefix(".")

    def at(self, line: int) -> str:
        """A place in this file, as editors understand it."""
        return f"{self.path.relative_to(ROOT)}:{line}"


@cache
def modules() -> tuple[Module, ...]:
    """Every module of gofer."""
    paths = sorted((SOURCE / PACKAGE).rglob("*.py"))
    known = frozenset(name_of(path) for path in paths)
    return tuple(parsed(path, name_of(path), known) for path in paths)


@cache
def suite() -> tuple[Module, ...]:
    """Every module of the tests."""
    paths = sorted((ROOT / "tests").rglob("*.py"))
    return tuple(parsed(path, path.relative_to(ROOT).as_posix(), frozenset()) for path in paths)


def name_of(path: Path) -> str:
    """A file's name as a module."""
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def parsed(path: Path, name: str, known: frozenset[str]) -> Module:
    """One file, with `from package import module` told apart from `from module import name`."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text, str(path))
    return Module(name, path, text, tree, tuple(imports(tree, known)))


def imports(tree: ast.AST, known: frozenset[str], nested: bool = False) -> Iterator[Import]:
    """Every import below a node."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno, nested=nested) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from targets(node, known, nested)
        else:
            inside = nested or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from imports(node, known, inside)


def targets(node: ast.ImportFrom, known: frozenset[str], nested: bool) -> Iterator[Import]:
    """What one `from … import …` reaches."""
    base = node.module or ""
    for alias in node.names:
        whole = f"{base}.{alias.name}"
        yield Import(whole if whole in known else base, node.lineno, bool(node.level), nested)


def within(name: str, rooms: tuple[str, ...] | frozenset[str]) -> bool:
    """Whether a dotted name is one of these rooms or lies in one of them."""
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a module."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
