"""The skeleton of a statement says nothing of what the statement says: every word of it stands in the program."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bowerbird.statements.refusal import Refused
from bowerbird.statements.skeletons.description import describe
from bowerbird.statements.skeletons.forms import LABELS, form_of
from bowerbird.statements.tables import headings
from tests.statement_factory.catalogue import specimen
from tests.workbook_files import HEADER, Cell, workbook

HEADING_WORDS = set(re.findall(r"[^\W\d_]+", " ".join(each.pattern for each in headings._PATTERNS.values())))
OURS = set(
    "above a apart another as baseline begins below blank by cell cells column csv digits ends figure from header heading "
    "hidden high in its left marks month no of page pages pdf points row rows sheet text the top where words x y it and is or "
    "aud nzd usd eur gbp cr dr od xlsx html lines format describes itself ".split()
)
VOCABULARY = HEADING_WORDS | OURS | set(" ".join(LABELS).split())
WORD = st.text(alphabet=st.characters(categories=("L", "Nd", "P", "S", "Zs")), min_size=1, max_size=30)
LAYOUTS = ("cba.deposit.2017", "nab.deposit.2020", "anz.deposit.2025", "westpac.deposit.2025")


def words_of(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]+", text.casefold()))


def plain(text: str) -> str:
    """A text that is one cell."""
    return re.sub(r"[\r\n\",]", " ", text)


def figures_of(text: str) -> list[str]:
    """Numbers of a description that are no places, counts or forms: those with decimals and no nines alone."""
    return [each for each in re.findall(r"\d[\d,.]*[.,]\d\d\b", text) if set(re.sub(r"\D", "", each)) != {"9"}]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(WORD, WORD, st.integers(-(10**9), 10**9)), min_size=1, max_size=6), WORD, WORD)
def test_no_word_of_a_table_is_printed(rows: list[tuple[str, str, int]], title: str, heading: str) -> None:
    lines = [f"{plain(title)},,,", f"Date,Description,Amount (AUD),{plain(heading)}"]
    lines += [f"0{1 + place}/02/2025,{plain(text)},{cents / 100:.2f},{plain(more)}" for place, (text, more, cents) in enumerate(rows)]
    try:
        described = describe("\n".join(lines).encode())
    except Refused:
        return
    assert words_of(described) <= VOCABULARY, words_of(described) - VOCABULARY


def test_no_word_of_a_workbook_is_printed() -> None:
    rows: list[list[Cell]] = [["Ms Zelda Quixote", "12 Elm St"], list(HEADER), [date(2025, 2, 1), "Zelda's rent 4417", -1234.56, 77.1]]
    described = describe(workbook({"Zelda": rows}))
    assert words_of(described) <= VOCABULARY, words_of(described) - VOCABULARY
    assert "1234" not in described
    assert "column 3 amount: -9.99 x 1" in described


@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_word_of_a_print_is_printed(layout: str) -> None:
    printed = specimen(layout, 6)
    described = describe(printed.pdf())
    assert words_of(described) <= VOCABULARY, words_of(described) - VOCABULARY
    assert "balance" in described
    assert not figures_of(described.replace(" high", "")) or all("high" in line for line in described.splitlines() if figures_of(line))
    assert str(printed.expected[0].day.year) not in described


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("1,234.56", "9,999.99"), ("-12.30", "-9.99"), ("$1.234,56 CR", "$9.999,99CR"), ("(12.00)", "(9.99)"), ("01/02/2025", "99/99/9999"),
        ("1 Feb 2025", "9 Month 9999"), ("Feb", "Month"), ("012345678", "digits(9)"), ("Coffee King St", "words(3)"), ("", "blank"),
        ("***", "marks"), ("083-000", "digits(3)-digits(3)"), ("CR", "CR"),
    ],
)  # fmt: skip
def test_forms(text: str, form: str) -> None:
    assert form_of(text) == form
