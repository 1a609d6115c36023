"""What a person says that the columns of a table mean. It holds headings (the line above the rows), places and forms, and no row.

`ColumnMapping` is complete; `MappingDraft` may leave open what the file does not decide.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from enum import StrEnum

import msgspec

from bowerbird.sdk.native_layout import NativeColumnKind as Kind
from bowerbird.statements.sums import NumberSystem
from bowerbird.statements.tables.dates import DayOrder

MAX_COLUMNS = 64
"""Columns of a table. The widest export met has 32; rows are filled up to the widest, so this bounds what a file costs."""
SHOWN_ROWS = 8
"""Rows that a preview shows, as they are and as they are read."""
_LONGEST_TEXT = 1_000


class ColumnUse(StrEnum):
    """What a person calls the meaning of a column."""

    DATE = "date"
    WORDS = "words"
    AMOUNT = "amount"
    DEBIT = "debit"
    CREDIT = "credit"
    DIRECTION = "direction"
    BALANCE = "balance"
    CURRENCY = "currency"
    ACCOUNT = "account"
    IGNORE = "ignore"


KINDS = {
    ColumnUse.DATE: Kind.POSTED,
    ColumnUse.WORDS: Kind.DESCRIPTION,
    ColumnUse.AMOUNT: Kind.AMOUNT,
    ColumnUse.DEBIT: Kind.DEBIT,
    ColumnUse.CREDIT: Kind.CREDIT,
    ColumnUse.DIRECTION: Kind.DIRECTION,
    ColumnUse.BALANCE: Kind.BALANCE,
    ColumnUse.CURRENCY: Kind.CURRENCY,
    ColumnUse.ACCOUNT: Kind.NUMBER,
    ColumnUse.IGNORE: Kind.IGNORED,
}
USES = {kind: use for use, kind in KINDS.items()}


class MoneyOut(StrEnum):
    """How a column of amounts writes what leaves the account."""

    MINUS = "minus"
    PLUS = "plus"


FIRST_FORM = (DayOrder.DAY_FIRST, NumberSystem.POINT, MoneyOut.MINUS)
"""The form that a file is taken to have where its form makes no difference."""


class ConfirmedBy(StrEnum):
    """Who said what the columns mean; LAYOUT: an operator approved it for every file of this form."""

    PERSON = "person"
    OPERATOR = "operator"
    LAYOUT = "layout"


CONFIRMATIONS = {
    ConfirmedBy.PERSON: "columns confirmed by the person",
    ConfirmedBy.OPERATOR: "columns confirmed by an operator",
    ConfirmedBy.LAYOUT: "columns approved by an operator",
}
"""How the note of a statement begins that was read by a mapping."""


class MappingDraft(msgspec.Struct, frozen=True):
    """What the columns of a table mean, left to right. None is not decided yet."""

    columns: tuple[ColumnUse, ...]
    days: DayOrder | None = None
    decimals: NumberSystem | None = None
    money_out: MoneyOut | None = None


class ColumnMapping(msgspec.Struct, frozen=True):
    """What the columns of a table mean, and the form by which a file of the same kind is known.

    `headings` are those of the file, digits crossed out; where it has none, `shapes` say of each column: day, sum, text or blank.
    """

    columns: tuple[ColumnUse, ...]
    days: DayOrder
    decimals: NumberSystem
    money_out: MoneyOut
    headings: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()
    confirmed_by: ConfirmedBy = ConfirmedBy.PERSON

    def kinds(self, width: int) -> list[Kind]:
        """What the columns of a table of this width say; those without a heading at its end say nothing."""
        return [KINDS[use] for use in self.columns[:width]] + [Kind.IGNORED] * (width - len(self.columns))

    @property
    def form(self) -> str:
        """What tells forms of tables apart."""
        return "|".join(name.casefold() for name in self.headings) if self.headings else "/".join(self.shapes)


def mapping_of(text: bytes | str) -> ColumnMapping:
    """A stored mapping, or one that a person wrote. Raises ValueError with what is wrong."""
    try:
        mapping = msgspec.json.decode(text, type=ColumnMapping)
    except msgspec.MsgspecError as error:
        raise ValueError(f"no column mapping: {error}") from error
    if not 0 < len(mapping.columns) <= MAX_COLUMNS or len(mapping.headings or mapping.shapes) != len(mapping.columns):
        raise ValueError("no column mapping: it has not as many headings or shapes as columns")
    if complaints := complaints_of(MappingDraft(mapping.columns, mapping.days, mapping.decimals, mapping.money_out)):
        raise ValueError(f"no column mapping: {complaints[0]}")
    return mapping


def text_of_mapping(mapping: ColumnMapping) -> str:
    return msgspec.json.encode(mapping).decode()


SINGLE = (
    ColumnUse.DATE, ColumnUse.AMOUNT, ColumnUse.DEBIT, ColumnUse.CREDIT, ColumnUse.DIRECTION, ColumnUse.BALANCE, ColumnUse.CURRENCY,
    ColumnUse.ACCOUNT,
)  # fmt: skip
"""Meanings that only one column can have."""


def complaints_of(draft: MappingDraft) -> list[str]:
    """What a draft still lacks, or has too much of, in sentences; empty where a file can be read by it."""
    counts = Counter(draft.columns)
    found = [f"Two columns say {use}. Choose one of them." for use in SINGLE if counts[use] > 1]
    found += ["No column says date."] if not counts[ColumnUse.DATE] else []
    found += ["No column says words: what each payment was for."] if not counts[ColumnUse.WORDS] else []
    has_pair = bool(counts[ColumnUse.DEBIT] or counts[ColumnUse.CREDIT])
    if counts[ColumnUse.AMOUNT] and has_pair:
        found.append("Amount and debit or credit exclude each other. Choose amount alone, or debit and credit.")
    elif has_pair and not (counts[ColumnUse.DEBIT] and counts[ColumnUse.CREDIT]):
        found.append("Debit and credit go together: choose the column of the other one.")
    elif not (counts[ColumnUse.AMOUNT] or has_pair):
        found.append("No column says amount, or debit and credit.")
    if counts[ColumnUse.DIRECTION] and has_pair:
        found.append("Direction goes with amount: with debit and credit, ignore it.")
    if draft.days is None:
        found.append("Choose whether day or month comes first: the file shows both.")
    if draft.decimals is None:
        found.append("Choose what stands before the decimals, a point or a comma: the file allows both.")
    if draft.money_out is None and counts[ColumnUse.AMOUNT] and not counts[ColumnUse.DIRECTION]:
        found.append("Choose how the file writes money that leaves the account: it shows no sign.")
    return found


class SampleRow(msgspec.Struct, frozen=True):
    """A transaction as it is read: the day, cents, and the balance after it where the table has one."""

    day: date | None
    text: str
    amount: int
    balance: int | None


class MappingPreview(msgspec.Struct, frozen=True):
    """`rows` are the first of the table, with the number a spreadsheet shows, `sample` how they are read.

    `mapping` is complete where nothing is `missing`. `proof` says what balances confirm; empty where there are none.
    `is_whole`: all rows of the file were looked at. `first_day` is the earliest that any of them can have.
    """

    headings: list[str]
    rows: list[tuple[int, list[str]]]
    draft: MappingDraft
    looked_at: int
    is_whole: bool
    mapping: ColumnMapping | None = None
    missing: list[str] = []
    proof: str = ""
    sample: list[SampleRow] = []
    first_day: date | None = None


def check_preview(preview: MappingPreview) -> None:
    """Raises ValueError for a preview that is longer than any can be: the process that made it may have been taken over."""
    texts = [*preview.headings, *preview.missing, preview.proof, *(row.text for row in preview.sample)]
    texts += [cell for _, cells in preview.rows for cell in cells]
    widths = {len(preview.headings), len(preview.draft.columns), *(len(cells) for _, cells in preview.rows)}
    if max(len(preview.rows), len(preview.sample)) > SHOWN_ROWS or max(widths) > MAX_COLUMNS or len(widths) > 1:
        raise ValueError("a preview with more rows or columns than one has")
    if max(map(len, texts), default=0) > _LONGEST_TEXT or len(texts) > MAX_COLUMNS * (SHOWN_ROWS + 2):
        raise ValueError("a preview with a text that is too long")
