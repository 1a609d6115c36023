"""How reading a file can end without a value."""

from __future__ import annotations

from bowerbird import codes
from bowerbird.codes import Entry
from bowerbird.statements.pdf.annotations import NO_NOTES, ParseNotes
from bowerbird.statements.refusal import Refused

NOT_CONFINED = (
    "Uploaded files are not read, because this machine does not confine the processes that read them (missing: {}). "
    "Let the server use seccomp on x86_64 or aarch64; or set BOWERBIRD_READERS_MUST_CONFINE=no to read files all the same."
)
"""For the operator; `{}` are names of measures."""


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


class NotConfined(RefusedInside):
    """The file was not read: this machine does not let a reading process give up enough. `missing` names the measures."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        self.missing = missing
        super().__init__(codes.SERVICE_UNAVAILABLE, NOT_CONFINED.format(", ".join(missing)))


class NoReader(Exception):
    """Nothing is known about the file: no process was free in time, none could be started, or the server is stopping. Try later."""
