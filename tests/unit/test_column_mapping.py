"""What the columns of a table may mean, how a table is read by what a person says, and what no mapping can set aside."""

from __future__ import annotations

import json
from datetime import date
from itertools import pairwise

import msgspec
import pytest

from bowerbird.model.statement import FileKind
from bowerbird.plugins.registry import discover
from bowerbird.statements.files import kind_of
from bowerbird.statements.reader import known_file, preview_columns, read_by_mapping, read_statement
from bowerbird.statements.refusal import Refused
from bowerbird.statements.sums import NumberSystem
from bowerbird.statements.tables.dates import DayOrder
from bowerbird.statements.tables.mapping import (
    ColumnMapping,
    ColumnUse,
    ConfirmedBy,
    MappingDraft,
    MappingPreview,
    MoneyOut,
    check_preview,
    mapping_of,
    text_of_mapping,
)
from tests.cost import cpu_s
from tests.workbook_files import workbook

LAYOUTS = discover().csv_layouts
BANK = "AU13601"
KNOWN = known_file(BANK, 100_000, LAYOUTS)
AMOUNTS = [-100, -250, 1000, -75, -310, 2000, -40]


def table(head: str, form: str = "{day:02}/03/2025,{word},{amount:.2f},{balance:.2f}", opening: int = 10_000) -> str:
    lines, balance = [head] if head else [], opening
    for day, amount in enumerate(AMOUNTS, 2):
        balance += amount
        values = {"day": day, "word": f"shop {day}", "amount": amount / 100, "balance": balance / 100, "plain": abs(amount) / 100}
        lines.append(form.format(**values, debit=values["plain"] if amount < 0 else "", credit=values["plain"] if amount > 0 else ""))
    return "\n".join(lines) + "\n"


UNKNOWN = "Könyvelés,Közlemény,Összeg,Egyenleg"


def preview(text: str | bytes, draft: MappingDraft | None = None) -> MappingPreview:
    found = preview_columns(text if isinstance(text, bytes) else text.encode(), KNOWN, draft, ConfirmedBy.PERSON)
    check_preview(found)
    return found


def words(found: MappingPreview) -> str:
    return " ".join(use.value for use in found.draft.columns)


GUESSED = {
    "unknown headings": (table(UNKNOWN), "date words amount balance"),
    "without headings": (table("", "x{day},{day:02}/03/2025,{word},{amount:.2f}"), "ignore date words amount"),
    "balance before amount": (table("A a,B b,C c,D d", "{day:02}/03/2025,{word},{balance:.2f},{amount:.2f}"), "date words balance amount"),
    "debit and credit": (table("A a,B b,C c,D d", "{day:02}/03/2025,{word},{debit},{credit}"), "date words debit credit"),
    "credit and debit proven": (
        table("A a,B b,C c,D d,E e", "{day:02}/03/2025,{word},{credit},{debit},{balance:.2f}"),
        "date words credit debit balance",
    ),
    "known headings, no sign": (table("Date,Description,Amount", "{day:02}/03/2025,{word},{plain:.2f}"), "date words amount"),
}


@pytest.mark.parametrize("name", GUESSED)
def test_a_guess_says_what_columns_may_mean_and_leaves_open_what_they_do_not_decide(name: str) -> None:
    text, expected = GUESSED[name]
    found = preview(text)
    assert words(found) == expected
    assert found.draft.days is None
    assert found.mapping is None
    assert "Choose whether day or month comes first: the file shows both." in found.missing


def test_what_is_chosen_completes_it_and_reads_every_row() -> None:
    found = preview(table(UNKNOWN))
    assert found.proof == "6 of 6 running balances agree"
    chosen = MappingDraft(found.draft.columns, DayOrder.DAY_FIRST, found.draft.decimals, found.draft.money_out)
    done = preview(table(UNKNOWN), chosen)
    assert done.missing == []
    assert done.mapping is not None
    assert done.sample[0].day == date(2025, 3, 2)
    account = read_by_mapping(table(UNKNOWN).encode(), KNOWN, done.mapping)[0]
    assert [row.amount for row in account.transactions] == AMOUNTS
    assert account.proved == len(AMOUNTS) - 1
    assert account.notes == ("columns confirmed by the person",)


MAPPING = ColumnMapping(
    (ColumnUse.DATE, ColumnUse.WORDS, ColumnUse.AMOUNT, ColumnUse.BALANCE), DayOrder.DAY_FIRST, NumberSystem.POINT, MoneyOut.MINUS,
    headings=tuple(UNKNOWN.split(",")),
)  # fmt: skip


def test_a_workbook_and_a_web_page_are_mapped_as_a_text_is() -> None:
    rows = [line.split(",") for line in table(UNKNOWN).splitlines()]
    page = "<table>" + "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows) + "</table>"
    for content, kind in ((workbook({"One": rows}), FileKind.XLSX), (page.encode(), FileKind.HTML)):
        assert kind_of(content) is kind
        assert [row.amount for row in read_by_mapping(content, KNOWN, MAPPING)[0].transactions] == AMOUNTS


def test_no_changed_figure_is_accepted_under_any_mapping() -> None:
    """A digit of an amount or of a balance is changed: neither the mapping with the balance nor the one without it reads the file.

    The amount of the first row has no balance before it, so no arithmetic shows it.
    """
    text, accepted = table(UNKNOWN), 0
    ignoring = ColumnMapping(
        (*MAPPING.columns[:3], ColumnUse.IGNORE), MAPPING.days, MAPPING.decimals, MAPPING.money_out, headings=MAPPING.headings
    )
    for place, char in enumerate(text):
        if not char.isdigit() or text[:place].count("\n") < 2 or text[:place].rpartition("\n")[2].count(",") < 2:
            continue
        changed = text[:place] + str((int(char) + 1) % 10) + text[place + 1 :]
        for mapping in (MAPPING, ignoring):
            try:
                rows = read_by_mapping(changed.encode(), KNOWN, mapping)[0].transactions
            except Refused:
                continue
            accepted += [row.amount for row in rows] != AMOUNTS
    assert accepted == 0


PAIR = "Könyvelés,Közlemény,Terhelés,Jóváírás,Egyenleg"
IN_PAIRS = table(PAIR, "{day:02}/03/2025,{word},{debit},{credit},{balance:.2f}")
HIDDEN = {
    "amount changed, balance as words": (table(UNKNOWN).replace("-0.75", "-75.00"), "date words amount words", "minus"),
    "amount changed, balance as account": (table(UNKNOWN).replace("-0.75", "-75.00"), "date words amount account", "minus"),
    "amount changed, each row an account": (
        table(UNKNOWN + ",Jel", "{day:02}/03/2025,{word},{amount:.2f},{balance:.2f},ref{day:07}").replace("-0.75", "-75.00"),
        "date words amount balance account", "minus",
    ),
    "signs turned round": (table(UNKNOWN), "date words amount ignore", "plus"),
    "debit and credit swapped": (IN_PAIRS, "date words credit debit ignore", "minus"),
    "balance as amount": (table(UNKNOWN), "date words ignore amount", "minus"),
}  # fmt: skip


@pytest.mark.parametrize("name", HIDDEN)
def test_no_meaning_of_its_column_hides_a_running_balance(name: str) -> None:
    text, uses, money_out = HIDDEN[name]
    headings = tuple(text.splitlines()[0].split(","))
    columns = tuple(map(ColumnUse, uses.split()))
    mapping = msgspec.structs.replace(MAPPING, columns=columns, headings=headings, money_out=MoneyOut(money_out))
    with pytest.raises(Refused, match="This is a running balance"):
        read_by_mapping(text.encode(), KNOWN, mapping)


def test_columns_that_count_or_repeat_are_no_balances() -> None:
    head = UNKNOWN + ",Jel,Kod"
    text = table(head, "{day:02}/03/2025,{word},{amount:.2f},{day},1,0.00")
    columns = (*MAPPING.columns[:3], *[ColumnUse.IGNORE] * 3)
    mapping = msgspec.structs.replace(MAPPING, columns=columns, headings=tuple(head.split(",")))
    assert [row.amount for row in read_by_mapping(text.encode(), KNOWN, mapping)[0].transactions] == AMOUNTS


@pytest.mark.parametrize(
    ("heading", "first", "other"),
    [("Account Number", "12345678", "87654321"), ("Jel", "DE89370400440532013000", "GB82 WEST 1234 5698 7654 32")],
)
def test_rows_of_several_accounts_are_not_merged(heading: str, first: str, other: str) -> None:
    text = f"{heading},Date,Description,Amount\n{first},13/03/2025,a,-1.00\n{other},14/03/2025,b,2.00\n"
    columns = (ColumnUse.IGNORE, *MAPPING.columns[:3])
    mapping = msgspec.structs.replace(MAPPING, columns=columns, headings=(heading, "Date", "Description", "Amount"))
    with pytest.raises(Refused, match="Rows before it are of another account"):
        read_by_mapping(text.encode(), KNOWN, mapping)
    assert len(read_by_mapping(text.replace(other, first).encode(), KNOWN, mapping)) == 1
    parted = msgspec.structs.replace(mapping, columns=(ColumnUse.ACCOUNT, *columns[1:]))
    assert len(read_by_mapping(text.encode(), KNOWN, parted)) == 2


@pytest.mark.parametrize(
    ("day", "amount", "days", "decimals"),
    [("05/05/2025", "-1", None, None), ("2025-05-05", "-1.00", DayOrder.DAY_FIRST, NumberSystem.POINT),
     ("5 May 2025", "-1,00", DayOrder.DAY_FIRST, NumberSystem.COMMA), ("20250505", "-1", DayOrder.DAY_FIRST, None)],
)  # fmt: skip
def test_what_makes_no_difference_in_this_file_but_in_the_next_is_left_open(
    day: str, amount: str, days: DayOrder | None, decimals: NumberSystem | None
) -> None:
    found = preview(f"A a;B b;C c\n{day};shop;{amount}\n{day};pub;{amount}\n")
    assert words(found) == "date words amount"
    assert (found.draft.days, found.draft.decimals) == (days, decimals)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"columns": ("date", "words", "amount", "ignore")}, "It cannot be ignored"),
        ({"columns": ("date", "amount", "words", "balance")}, "Expected an amount"),
        ({"money_out": "plus"}, "Expected"),
        ({"decimals": ","}, "Expected an amount"),
        ({"headings": ("Könyvelés", "Közlemény", "Összeg", "Other")}, "other columns than were confirmed"),
        ({"columns": ("words", "date", "amount", "balance")}, "No row has a day"),
    ],
)
def test_a_mapping_that_the_file_contradicts_is_refused(change: dict[str, object], reason: str) -> None:
    values = json.loads(text_of_mapping(MAPPING)) | change
    with pytest.raises(Refused) as caught:
        read_by_mapping(table(UNKNOWN).encode(), KNOWN, mapping_of(json.dumps(values)))
    assert reason in caught.value.detail


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", '{"columns": ["date"]}', text_of_mapping(MAPPING).replace('"words"', '"wor"'),
     text_of_mapping(MAPPING).replace('"words"', '"date"'), text_of_mapping(MAPPING).replace('"Egyenleg"', '"a","b"')],
)  # fmt: skip
def test_what_is_no_mapping_says_so(text: str) -> None:
    with pytest.raises(ValueError, match="no column mapping"):
        mapping_of(text)


def test_a_mapping_holds_no_word_of_a_row() -> None:
    head = "Date,Description,Amount,Left on 12345678"
    chosen = MappingDraft(MAPPING.columns, DayOrder.DAY_FIRST, NumberSystem.POINT, MoneyOut.MINUS)
    for text in (table(head), table("")):
        mapping = preview(text, chosen).mapping
        assert mapping is not None
        kept = text_of_mapping(mapping)
        assert not any(char.isdigit() for char in kept)
        assert "shop" not in kept


def test_an_approved_mapping_is_tried_only_where_the_reader_refuses() -> None:
    text = table(UNKNOWN).encode()
    with pytest.raises(Refused) as caught:
        read_statement(text, BANK, 1000, LAYOUTS)
    assert caught.value.finding.new == "columns"
    account = read_statement(text, BANK, 1000, LAYOUTS, approved=[MAPPING])[0]
    assert account.notes == ("columns approved by an operator",)
    clear = table("Date,Description,Amount,Balance").replace("/03/", "/13/").replace("02/13", "03/13").encode()
    month_first = read_statement(clear, BANK, 1000, LAYOUTS, approved=[MAPPING])[0]
    assert month_first.notes == ()


def test_a_mapping_is_not_applied_to_a_file_without_one_of_its_columns() -> None:
    """The column of directions has no heading, so the headings of a file without it are the same."""
    columns = (ColumnUse.DATE, ColumnUse.WORDS, ColumnUse.AMOUNT, ColumnUse.DIRECTION)
    mapping = msgspec.structs.replace(MAPPING, columns=columns, headings=("Könyvelés", "Közlemény", "Összeg", ""))
    text = "Könyvelés,Közlemény,Összeg,\n13/03/2025,a,1.00,DR\n14/03/2025,b,2.00,CR\n"
    assert [row.amount for row in read_by_mapping(text.encode(), KNOWN, mapping)[0].transactions] == [-100, 200]
    narrower = text.replace(",DR", "").replace(",CR", "").replace("g,\n", "g\n")
    with pytest.raises(Refused, match="other columns than were confirmed"):
        read_by_mapping(narrower.encode(), KNOWN, mapping)


def test_a_file_is_split_once_for_all_approved_mappings() -> None:
    others = [msgspec.structs.replace(MAPPING, headings=(f"other {place}", "b", "c", "d")) for place in range(200)]
    text = (UNKNOWN + "\n" + "".join(f"13/03/2025,shop,-1.00,{90_000 - number}.00\n" for number in range(5_000))).encode()

    def proved(*approved: ColumnMapping) -> int:
        return read_statement(text, BANK, 10_000, LAYOUTS, approved=approved)[0].proved

    assert proved(MAPPING) == proved(*others, MAPPING) == 4_999
    assert cpu_s(lambda: proved(*others, MAPPING), 3) < 5 * cpu_s(lambda: proved(MAPPING), 3)


def test_a_long_table_is_previewed_by_its_head() -> None:
    lines = [f"0{1 + number % 9}/03/2025,shop,-1.00,{1_000_000 - number}.00" for number in range(100_000)]
    text = "\n".join([UNKNOWN, *lines])
    found = preview(text, MappingDraft(MAPPING.columns, DayOrder.DAY_FIRST, NumberSystem.POINT, MoneyOut.MINUS))
    assert found.looked_at == 999
    assert not found.is_whole
    assert found.proof == "998 of 998 running balances agree"


def test_a_preview_out_of_bounds_is_not_believed() -> None:
    found = preview(table(UNKNOWN))
    too_many = MappingPreview(found.headings, found.rows * 9, found.draft, 1, is_whole=True)
    too_long = MappingPreview(found.headings, [(1, ["x" * 5000] * 4)], found.draft, 1, is_whole=True)
    ragged = MappingPreview(found.headings, [(1, ["x"])], found.draft, 1, is_whole=True)
    for each in (too_many, too_long, ragged):
        with pytest.raises(ValueError, match="preview"):
            check_preview(each)


def test_balances_go_on_from_row_to_row() -> None:
    """The factory of this module makes a file that proves itself."""
    rows = read_by_mapping(table(UNKNOWN).encode(), KNOWN, MAPPING)[0].transactions
    assert all((before.balance or 0) + after.amount == after.balance for before, after in pairwise(rows))
