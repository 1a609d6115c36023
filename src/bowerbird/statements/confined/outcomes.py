"""How reading a file can end without a value."""

from __future__ import annotations

from bowerbird import codes
from bowerbird.codes import Entry
from bowerbird.statements.pdf.annotations import NO_NOTES, ParseNotes
from bowerbird.statements.refusal import Refused


class RefusedInside(Refused):
    """The task refused the file. `reason` says more than the wire may, for our own log."""

    def __init__(self, entry: Entry, reason: str = "", finding: ParseNotes = NO_NOTES, /, **values: object) -> None:
        self.reason, self.finding = reason, finding
        super().__init__(entry, **values)


class Unreadable(RefusedInside):
    """Reading the file ended without a verdict of the task."""

    entry_of_kind = codes.STATEMENT_INVALID

    def __init__(self, reason: str) -> None:
        super().__init__(self.entry_of_kind, reason)


class ReaderTimeout(Unreadable):
    """More time than a file has."""


class TooMuchMemory(Unreadable):
    """More memory than a file has, or an answer beyond all bounds."""


class Crashed(Unreadable):
    """The process died, or gave something that is no answer. That says nothing about who made the file: the operator must look."""

    entry_of_kind = codes.STATEMENT_PARSING_ERROR


class NoReader(Exception):
    """Nothing is known about the file: no process was free in time, none could be started, or the server is stopping. Try later."""
