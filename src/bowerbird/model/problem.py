"""A refusal on its way to the wire: an entry of the catalogue and what fills it."""

from __future__ import annotations

from typing import TypedDict

from bowerbird.codes import Entry


class ProblemSource(TypedDict):
    """What of a request is to blame, as keyword arguments of a Problem."""

    parameter: str
    pointer: str


class Problem(Exception):
    """One reason why a request is refused. Only entries with an HTTP status may be raised to a client.

    `parameter` and `pointer` name what is to blame ("mobile", "user/mobile"); `retry_after` is in seconds; the remaining keyword
    arguments fill the entry's placeholders. Raises KeyError at once when they do not fit, not while answering.
    """

    def __init__(
        self, entry: Entry, *, parameter: str | None = None, pointer: str | None = None, retry_after: int | None = None, **values: object
    ) -> None:
        self.entry = entry
        self.parameter = parameter
        self.pointer = pointer
        self.retry_after = retry_after
        self.title, self.detail = entry.answer(values)
        super().__init__(f"{entry.key}: {self.detail}")


class Problems(Exception):
    """Several reasons at once, all of the same HTTP status: two bad fields give two entries."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(map(str, problems)))
