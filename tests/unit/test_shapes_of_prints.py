"""Shapes of prints beside the plain table: a box beside the rows, columns of rates, groups of a day, codes below sums."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from bowerbird.statements.arithmetic.marked_lines import MarkedLine
from bowerbird.statements.arithmetic.printed_sums import Decimals, sums_in
from bowerbird.statements.pdf.lines import Line
from bowerbird.statements.pdf.page_words import Word
from bowerbird.statements.pdf.proven import ProvenStatement
from bowerbird.statements.pdf.words import read_words
from bowerbird.statements.refusal import StatementRefused
from bowerbird.statements.search.without_layout import read_without_layout
from tests.statement_factory.pdf_canvas import page_of_lines
from tests.unit.test_prints_of_several import AMERICAN, read, why

NARROW = (40, 80, 270, 330, 390)
ROWS = (
    "Example Bank plc", "Account No 12345678", "Statement 1 June 2026 to 30 June 2026", "Sort Code 20-99-17",
    "Date|Description|Money out|Money in|Balance", "1 Jun|Start balance|||500.00", "3 Jun|Coffee|20.00||480.00",
    "10 Jun|Salary||1,000.00|1,480.00", "29 Jun|Rent|400.00||1,080.00", "30 Jun|Fuel|80.00||1,000.00", "30 Jun|End balance|||1,000.00",
)  # fmt: skip
BOX = (("At a glance", ""), ("Start balance", "500.00"), ("Money in", "1,000.00"), ("Money out", "500.00"))


def beside(*box: tuple[str, str], first: float = 120.0) -> ProvenStatement:
    """The rows with a box of names and sums at their right, on lines of its own."""
    (page,) = read_words(page_of_lines(*ROWS, places=NARROW))
    words = list(page.words)
    for number, (name, cents) in enumerate(box):
        y = first + 19 * number
        for place, word in enumerate(name.split()):
            words.append(Word(word, 430 + 40 * place, 465 + 40 * place, y, 9))
        if cents:
            words.append(Word(cents, 530, 570, y, 9))
    return read_without_layout([replace(page, words=words)])


def test_a_box_beside_the_rows_is_no_part_of_them_and_its_sums_agree() -> None:
    found = beside(*BOX)
    assert [row.description for row in found.transactions] == ["Coffee", "Salary", "Rent", "Fuel"]
    assert (found.opening, found.closing) == (50000, 100000)


def test_a_box_whose_balance_does_not_agree_refuses() -> None:
    with pytest.raises(StatementRefused):
        beside(*((name, "501.00" if name == "Start balance" else cents) for name, cents in BOX))


LOAN = (
    "Example Mutual Ltd, ACN 000 000 000", "Variable Rate Home Loan", "Loan account 12345678", "1 June 2026 to 30 June 2026",
    "Date|Transaction|Debit|Balance|Rate % pa",
)  # fmt: skip


def loan(first: str, rate: str = "6.14", heading: str = "Rate % pa") -> tuple[str, ...]:
    return (
        *LOAN[:-1], LOAN[-1].replace("Rate % pa", heading), f"01/06/2026|Opening balance||-$900.00|{rate}",
        f"03/06/2026|Interest|{first}|-$910.00|{rate}", "20/06/2026|Redraw|$30.00|-$940.00", f"28/06/2026|Fee|$5.00|-$945.00|{rate}",
        "30/06/2026|Closing balance||-$945.00",
    )  # fmt: skip


def test_a_column_of_rates_is_none_of_sums() -> None:
    found = read(*loan("$10.00"))
    assert (found.account.currency, found.opening, [row.amount for row in found.transactions]) == ("AUD", -90000, [-1000, -3000, -500])
    assert found.transactions[0].description == "Interest 6.14"


def test_a_column_that_is_not_called_rate_or_holds_more_than_rates_is_one_of_sums() -> None:
    assert why(*loan("$11.00"))
    assert why(*loan("$10.00", "614.00"))
    assert why(*loan("$10.00", heading="Charge"))


GROUPS = (
    "Banco Exemplo", "Conta 12345678-9", "01 DE JUNHO DE 2026 a 30 DE JUNHO DE 2026 - VALORES EM R$", "Saldo inicial||500,00",
    "Total de entradas||+300,00", "Total de saídas||-120,00", "Saldo final do período||680,00", "",
    "02 JUN 2026|Total de entradas|+ 300,00", "|Salário|300,00",
    "14 JUN 2026|Total de saídas|- 110,00", "|Aluguel|100,00", "|apto 3", "|Café|10,00", "|Total de saídas|- 10,00", "|Pão|10,00",
)  # fmt: skip


def test_rows_below_a_day_and_the_total_of_their_direction() -> None:
    found = read(*GROUPS)
    assert (found.account.currency, found.opening, found.closing) == ("BRL", 50000, 68000)
    assert [(row.posted, row.amount, row.description) for row in found.transactions] == [
        (date(2026, 6, 2), 30000, "Salário"),
        (date(2026, 6, 14), -10000, "Aluguel apto 3"),
        (date(2026, 6, 14), -1000, "Café"),
        (date(2026, 6, 14), -1000, "Pão"),
    ]


@pytest.mark.parametrize("place", [8, 9, 10, 11, 13, 14, 15])
def test_a_group_that_lacks_a_row_or_its_heading_or_has_another_sum_refuses(place: int) -> None:
    line = GROUPS[place]
    for worse in ([], [line.replace("0,00", "1,00")], [line, line]):
        assert why(*GROUPS[:place], *worse, *GROUPS[place + 1 :])


def test_a_heading_whose_sign_contradicts_its_words_refuses() -> None:
    assert why(*GROUPS[:8], GROUPS[8].replace("+", "-"), *GROUPS[9:])


def card(code: str) -> tuple[str, ...]:
    return (
        *AMERICAN, "Card number 12345678", "Opening balance||$500.00", "Closing balance||$475.00", "Minimum payment||$20.00",
        "Date|Details|Amount", "06/03/2026|Payment - thank you|95.00", f"||{code}", "06/10/2026|Books|30.00", "06/15/2026|Fuel|40.00",
        "|Total of new transactions|70.00",
    )  # fmt: skip


def test_a_code_below_a_sum_is_its_sign_and_a_dash_among_words_stays() -> None:
    found = read(*card("CR"))
    assert [(row.amount, row.description) for row in found.transactions] == [
        (9500, "Payment - thank you"),
        (-3000, "Books"),
        (-4000, "Fuel"),
    ]
    for worse in ("XX", ""):
        assert why(*card(worse))


def test_a_dash_alone_in_its_cell_is_no_word() -> None:
    words = [Word("Rent", 100, 120, 50, 9), Word("-", 150, 153, 50, 9), Word("to", 180, 190, 50, 9), Word("-", 193, 196, 50, 9),
             Word("Sam", 199, 215, 50, 9), Word("12.00", 300, 320, 50, 9)]  # fmt: skip
    line = MarkedLine(Line(1, 1, words), 0, Decimals.POINT)
    (found,) = sums_in(line.text, Decimals.POINT)
    assert line.words_without([(found.begin, found.end)]) == "Rent to - Sam"


def charged(heading: str, sum_of_row: str, balance: str) -> tuple[str, ...]:
    return (
        *AMERICAN, "Account number 12345678", "Opening balance||||$500.00", "Closing balance||||$448.50",
        f"Date|Description|Amount|Balance|{heading}", "06/03/2026|Gift|50.00|550.00", f"06/10/2026|Cash|{sum_of_row}|{balance}|-1.50",
        "06/15/2026|Fuel|-40.00|448.50|-10.00",
    )  # fmt: skip


def test_a_charge_beside_the_sum_of_a_row_is_a_row_of_its_own() -> None:
    found = read(*charged("Fee*", "-50.00", "498.50"))
    assert [(row.amount, row.balance, row.description) for row in found.transactions] == [
        (5000, 55000, "Gift"),
        (-5000, None, "Cash"),
        (-150, 49850, "Cash Fee"),
        (-4000, None, "Fuel"),
        (-1000, 44850, "Fuel Fee"),
    ]


@pytest.mark.parametrize(
    ("heading", "sum_of_row", "balance"),
    [("Interest", "-50.00", "498.50"), ("Fee", "-51.00", "498.50"), ("Fee", "-50.00", "500.00"), ("Fee", "50.00", "498.50")],
)
def test_a_second_sum_that_is_no_charge_or_does_not_agree_refuses(heading: str, sum_of_row: str, balance: str) -> None:
    assert why(*charged(heading, sum_of_row, balance))
