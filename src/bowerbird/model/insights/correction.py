"""What a person says of what one of their transactions is taken for."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class CorrectionKind(StrEnum):
    """What is wrong, as the person chooses it."""

    NOT_INCOME = "not-income"
    SOMETHING_ELSE = "something-else"
    ONCE = "once"
    NOT_MINE = "not-mine"
    OTHER = "other"


KINDS = {
    CorrectionKind.NOT_INCOME: "This is not income",
    CorrectionKind.SOMETHING_ELSE: "This was counted as the wrong thing",
    CorrectionKind.ONCE: "This happened once and will not happen again",
    CorrectionKind.NOT_MINE: "This is not mine",
    CorrectionKind.OTHER: "Something else",
}
"""Each kind as a person reads it."""


class Correction(msgspec.Struct, frozen=True):
    """A person's statement of a transaction; `text` is in their own words, "" for none. `decided` is what the application has decided
    since: the leaf that the transaction is, "" where its text says it again; None where it has decided nothing.
    """

    transaction_id: str
    kind: CorrectionKind
    text: str
    created_at_ms: int
    decided: str | None = None

    @property
    def sentence(self) -> str:
        """As it stands beside a figure."""
        return f"{KINDS[self.kind]}: \u201c{self.text}\u201d" if self.text else f"{KINDS[self.kind]}."
