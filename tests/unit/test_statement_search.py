"""Statements read with every layout withheld: to exactly their rows, or not at all; and the layouts drafted from them."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from bowerbird.sdk.conformance import expected, mended, samples_in
from bowerbird.sdk.statement_layout import StatementLayout, read_layout
from bowerbird.statements.pdf.engine import LayoutParse
from bowerbird.statements.pdf.lines import Line, lines_of
from bowerbird.statements.pdf.page_words import PageWords, Word
from bowerbird.statements.pdf.proven import ProvenStatement
from bowerbird.statements.pdf.statement import read_pages
from bowerbird.statements.pdf.words import read_words
from bowerbird.statements.refusal import StatementRefused
from bowerbird.statements.search.draft import draft, draft_name
from bowerbird.statements.search.trial import MAX_READS, Trials
from bowerbird.statements.search.verdict import MIN_FACTS, independent_facts, search
from bowerbird.statements.search.without_layout import read_without_layout
from bowerbird.testing.statement_samples import readable, words_from_runs
from tests.cost import cpu_s
from tests.leaf_samples import LAYOUTS
from tests.statement_factory.catalogue import PRINTERS, specimen
from tests.statement_factory.corrupter import CORRUPTIONS
from tests.statement_factory.pdf_canvas import drawn
from tests.statement_factory.unknown_banks import READABLE, STYLES, Style, unknown_bank
from tests.statement_factory.without_layout import NOT_PROPOSED, READ, REFUSED, WRONG, outcome, spoiled

BY_NAME = {style.name: style for style in STYLES}


def words(layout: str, seed: int, size: int = 30) -> list[PageWords]:
    return read_words(specimen(layout, seed, size).pdf())


def lines(layout: str, seed: int, size: int = 30) -> list[list[Line]]:
    return [lines_of(page) for page in words(layout, seed, size)]


# ── Read, or refused ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("layout", "seed"), list(product(PRINTERS, (2, 4, 10))))
def test_a_statement_is_read_without_its_layout(layout: str, seed: int) -> None:
    whole = specimen(layout, seed)
    found = outcome(whole, whole.pdf())
    assert found.what == REFUSED if layout in NOT_PROPOSED else found == (READ, "")


@pytest.mark.parametrize("style", READABLE, ids=lambda style: style.name)
def test_a_print_that_no_layout_knows_is_read(style: Style) -> None:
    whole = unknown_bank(style, 3)
    assert outcome(whole, whole.pdf()) == (READ, "")


@pytest.mark.parametrize(
    ("style", "seed", "why"),
    [
        ("no balances, no totals", 3, "not enough facts: 1 of at least 3"),
        ("texts above", 0, "texts stand nearer to the date below"),
        ("texts above", 6, "is a text above the first date"),
        ("two accounts", 3, "comes after"),
        ("pending rows", 3, "page 1, row"),
    ],
)
def test_what_is_ambiguous_is_refused_with_a_reason(style: str, seed: int, why: str) -> None:
    whole = unknown_bank(BY_NAME[style], seed)
    what, reason = outcome(whole, whole.pdf())
    assert what == REFUSED
    assert reason.startswith("read without a layout: ")
    assert why in reason


@pytest.mark.parametrize("layout", ["cba.deposit.2017", "nab.deposit.2020"])
def test_a_spoiled_statement_is_never_read_with_a_changed_transaction(layout: str) -> None:
    found = dict(spoiled(layout, 3))
    assert found.keys() <= CORRUPTIONS.keys()
    assert len(found) >= 5
    assert WRONG not in {what for what, _ in found.values()}


@pytest.mark.parametrize("layout", [layout for layout in PRINTERS if layout != "nab.deposit.2020"])
def test_a_row_that_lost_its_date_is_not_given_another(layout: str) -> None:
    """The rest of the line stands. NAB's print has rows without a date by itself, so it is ambiguous."""
    whole = specimen(layout, 2)
    first = {row: min(item.line for item in whole.items if item.row == row) for row in range(3, 9)}
    for row, line in first.items():
        dated = min((item for item in whole.items if item.line == line), key=lambda item: item.text.x)
        text = dated.text.text.removeprefix(dated.text.text[:5]) if layout == "cba.deposit.2026" else ""
        kept = replace(dated, text=replace(dated.text, text=text))
        items = tuple(kept if item is dated else item for item in whole.items)
        assert outcome(whole, drawn(items)).what != WRONG, row


@pytest.mark.slow
@pytest.mark.parametrize("layout", list(PRINTERS))
def test_spoiled_statements_of_every_layout(layout: str) -> None:
    for seed in range(2):
        assert [(seed, kind, why) for kind, (what, why) in spoiled(layout, seed) if what == WRONG] == []


@pytest.mark.soak
@pytest.mark.parametrize("layout", list(PRINTERS))
def test_many_statements_of_every_layout(layout: str) -> None:
    found = [outcome(specimen(layout, seed), specimen(layout, seed).pdf()) for seed in range(200)]
    assert [(seed, why) for seed, (what, why) in enumerate(found) if what == WRONG] == []
    assert layout in NOT_PROPOSED or sum(what == READ for what, _ in found) >= 180
    for seed in range(40):
        assert [(seed, kind, why) for kind, (what, why) in spoiled(layout, seed) if what == WRONG] == []


# ── The two real ones ────────────────────────────────────────────────────────────────────────────────────────────────────────


SCRAMBLED = [file for layout in ("cba_deposit_2017", "cba_card_2017") for file in samples_in(LAYOUTS / layout) if ".runs" in file.suffixes]


@pytest.mark.parametrize("sample", SCRAMBLED, ids=lambda sample: sample.name)
def test_a_real_statement_is_read_where_it_agrees_with_itself(sample: Path) -> None:
    wanted: Any = expected(sample)
    data = sample.read_bytes()
    contradictions = mended(wanted)
    found = readable([read_without_layout(words_from_runs(data, contradictions), "AU04301")])
    assert transactions(found) == transactions(wanted["accounts"])
    for kept in contradictions:
        with pytest.raises(StatementRefused):
            read_without_layout(words_from_runs(data, [other for other in contradictions if other is not kept]), "AU04301")


def transactions(accounts: Any) -> list[tuple[str, str]]:
    return [(row["posted"], row["amount"]) for account in accounts for row in account["transactions"]]


# ── The ordinary result, and the draft ───────────────────────────────────────────────────────────────────────────────────────


def same(one: ProvenStatement, other: ProvenStatement) -> bool:
    return (one.account, one.transactions, one.certificate, one.period) == (
        other.account,
        other.transactions,
        other.certificate,
        other.period,
    )


@pytest.mark.parametrize("layout", [layout for layout in PRINTERS if layout not in NOT_PROPOSED])
def test_the_ordinary_engine_reads_with_a_draft_what_the_search_read(layout: str) -> None:
    pages, origin = words(layout, 3), specimen(layout, 3).institution
    text = draft(pages)
    by_search = read_without_layout(pages, origin)
    by_draft = read_pages(pages, origin, [read_layout(text, draft_name(text))])
    assert same(by_search, by_draft)
    assert "A person decides" in text


def test_a_draft_of_one_statement_reads_the_next() -> None:
    text = draft(words("westpac.deposit.2025", 2))
    text = text.replace('"Westpac eSaver" = "savings"', '"Westpac eSaver" = "savings"\n"Westpac Choice" = "transaction"')
    whole = specimen("westpac.deposit.2025", 3)
    found = read_pages(read_words(whole.pdf()), whole.institution, [read_layout(text, draft_name(text))])
    assert [(row.posted, row.amount) for row in found.transactions] == [(row.day, row.amount) for row in whole.expected]


def test_a_card_is_never_shown_whole() -> None:
    account = read_without_layout(words("cba.card.2017", 2), "AU04301").account
    assert account.number == account.masked_number
    assert account.number.startswith("xxxxxxxxxxxx")


def test_another_banks_statement_is_refused_before_any_search() -> None:
    with pytest.raises(StatementRefused, match="not supported"):
        read_without_layout(words("cba.deposit.2017", 2), "AU01001")


# ── How much is enough ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_facts_are_counted_once() -> None:
    """Opening is where a reading begins; closing and both totals count once each, and every row that moves money."""
    trial = search(lines("cba.deposit.2017", 2), "AU04301")
    rows = len(trial.reading.proved.rows)
    assert independent_facts(trial) == rows + 3
    assert independent_facts(search(lines("cba.card.2017", 2), "AU04301")) == 3 == MIN_FACTS


def page(*rows: tuple[tuple[int, str], ...]) -> list[list[Line]]:
    """A page of texts at left edges, with letters five points wide."""
    found = []
    for number, texts in enumerate(rows):
        for left, text in texts:
            x = left
            for word in text.split():
                found.append(Word(word, x, x + 5 * len(word), 50 + 14 * number, 8))
                x += 5 * len(word) + 4
    return [lines_of(PageWords(1, 595, 842, found))]


HEAD = (
    ((50, "Account number"), (200, "12345678")),
    ((50, "Statement period"), (200, "1 Jan 2025 - 31 Jan 2025")),
    ((50, "Opening balance $100.00"),),
    ((50, "Closing balance $100.00"),),
    ((50, "Total debits $20.00"),),
    ((50, "Total credits $20.00"),),
)


def test_two_proven_readings_are_ambiguous() -> None:
    """As much came as went, and the headings do not say in which column: arithmetic cannot tell either."""
    rows = [((50, f"{day} Jan 2025"), (150, "THING"), (x, "10.00")) for day, x in ((2, 400), (3, 400), (4, 480), (5, 480))]
    with pytest.raises(StatementRefused) as refused:
        search(page(*HEAD, ((50, "When"), (150, "What"), (400, "Left"), (480, "Right")), *rows))
    assert "ambiguous: page 1, row 8 has two proven readings" in refused.value.reason


@pytest.mark.parametrize("separator", ["/", "-"])
def test_days_that_may_be_months_are_ambiguous(separator: str) -> None:
    """A period of days up to 12 fits the first days of a month and twelve months alike."""
    day = "0{}s06s2025".replace("s", separator)
    head = (HEAD[0], ((50, "Statement period"), (200, f"{day.format(1)} - {day.format(9)}")), *HEAD[2:4])
    rows = [
        ((50, day.format(2)), (150, "SHOP"), (400, "10.00"), (560, "90.00")),
        ((50, day.format(3)), (150, "WAGE"), (480, "20.00"), (560, "110.00")),
        ((50, day.format(9)), (150, "SHOP"), (400, "10.00"), (560, "100.00")),
    ]
    with pytest.raises(StatementRefused) as refused:
        search(page(*head, ((50, "Date"), (150, "Details"), (400, "Debit"), (480, "Credit"), (560, "Balance")), *rows))
    assert "ambiguous: page 1, row 6 has two proven readings" in refused.value.reason


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ((((50, "Dear customer"),),), "no table"),
        ((((50, "Date"), (150, "Details"), (400, "Debit"), (480, "Credit")),), "no period"),
        ((HEAD[1], ((50, "Date"), (150, "Details"), (400, "Debit"), (480, "Credit"))), "no account number"),
    ],
)
def test_what_is_missing_is_named(rows: tuple[tuple[tuple[int, str], ...], ...], why: str) -> None:
    with pytest.raises(StatementRefused, match="parse") as refused:
        search(page(*rows))
    assert why in refused.value.reason


def test_the_search_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ten-page statement in two seconds of computing, and never more than so many readings."""
    pages = lines("westpac.deposit.2025", 2, size=420)
    assert len(pages) >= 10
    reads: list[int] = []
    read = Trials._read

    def counted(trials: Trials, layout: StatementLayout) -> LayoutParse:
        reads.append(1)
        return read(trials, layout)

    monkeypatch.setattr(Trials, "_read", counted)
    assert cpu_s(lambda: search(pages, "AU14201")) < 2
    assert len(reads) <= MAX_READS
