"""A Figure is one published number: what was promised, what was measured, and how."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One row of the table that `make bench` prints."""

    name: str
    target: str
    value: str
    method: str
