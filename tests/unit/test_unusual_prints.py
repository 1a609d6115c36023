"""Kinds of print that arithmetic reads since unseen ones were refused: each beside what must stay refused."""

from __future__ import annotations

from datetime import date

import pytest

from bowerbird.statements.arithmetic.printed_days import days_in
from bowerbird.statements.arithmetic.printed_sums import Decimals, Mark, sums_in, with_code
from tests.unit.test_prints_of_several import read, why

DUTCH = (
    "Voorbeeldbank", "Rekening 12345678", "Periode 01-06-2026 t/m 30-06-2026", "Beginsaldo||€ 500,00", "Totaal af||€ 120,00",
    "Totaal bij||€ 300,00", "Eindsaldo||€ 680,00", "Datum|Omschrijving|Bedrag (EUR)||Af/Bij",
)  # fmt: skip
AF_BIJ = ("02-06-2026|Loon|300,00||Bij", "14-06-2026|Huur|100,00||Af", "20-06-2026|Brood|20,00||Af")


def swapped(row: str) -> str:
    return row[:-2] + "Bij" if row.endswith("Af") else row[:-3] + "Af"


def test_a_code_in_a_column_of_its_own_is_the_sign() -> None:
    found = read(*DUTCH, *AF_BIJ)
    assert [row.amount for row in found.transactions] == [30000, -10000, -2000]
    assert found.account.currency == "EUR"


@pytest.mark.parametrize("place", range(len(AF_BIJ)))
def test_a_code_that_is_swapped_or_missing_or_an_amount_that_is_changed_refuses(place: int) -> None:
    row = AF_BIJ[place]
    bare = [row.rpartition("|")[0]] if row.endswith("Af") else []
    for worse in ([swapped(row)], bare, [row.replace("0,00", "1,00", 1)], []):
        assert why(*DUTCH, *AF_BIJ[:place], *worse, *AF_BIJ[place + 1 :])


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("Huur\tAf\t100,00", Mark.DEBIT),
        ("Loon\tBij\t100,00", Mark.CREDIT),
        ("Rent\t100.00\tDebit", Mark.DEBIT),
        ("Gehalt\t100,00\tHaben", Mark.CREDIT),
        ("Af 100,00", Mark.NONE),
        ("Vitamin C 100,00", Mark.NONE),
        ("Huur\tAf\t100,00-", Mark.MINUS),
    ],
)
def test_a_code_counts_in_a_cell_of_its_own_where_the_sum_has_no_sign(text: str, mark: Mark) -> None:
    decimals = Decimals.POINT if "." in text else Decimals.COMMA
    (found,) = sums_in(text, decimals)
    assert with_code(text, found).mark is mark


FRENCH = (
    "BANQUE EXEMPLE SA au capital de 2 499 597 122 euros",
    "RIB : 30004 00099 00009999999 99    {currency}",
    "du 1 juin 2026 au 30 juin 2026",
)
SOLDES = (
    "Date|Nature|Débit|Crédit", "|SOLDE CREDITEUR AU 31.05.2026||500,00", "02.06|SALAIRE||300,00", "14.06|LOYER|100,00",
    "20.06|PAIN|20,00", "|TOTAL DES OPERATIONS|120,00|300,00", "|SOLDE CREDITEUR AU 30.06.2026||680,00",
)  # fmt: skip


def french(currency: str) -> tuple[str, ...]:
    return (FRENCH[0], FRENCH[1].format(currency=currency), FRENCH[2], *SOLDES)


def test_a_currency_is_named_by_a_word_behind_one_that_says_so() -> None:
    assert read(*french("Monnaie du compte : Euro")).account.currency == "EUR"
    assert read(*french("Devise : francs suisses")).account.currency == "CHF"


def test_a_currency_that_is_named_as_anything_else_or_twice_is_not_the_accounts() -> None:
    assert "currency" in why(*french("")), "a bank's capital is no account's currency"
    assert "CHF or EUR" in why(*french("Monnaie du compte : Euro  Devise : francs suisses"))


BRITISH = ("Example Bank plc", "01/06/2026 - 30/06/2026", "Account number||11112222", "Balance in Personal Account||£680.00")
TOTALS = ("Total deposits||+£300.00", "Total outgoings||-£120.00")
NEWEST = (
    "(GBP) Date|Description|Amount|Balance",
    "20/06/2026|Bread|-20.00|680.00",
    "14/06/2026|Rent|-100.00|700.00",
    "02/06/2026|Pay|300.00|800.00",
)


def test_totals_of_both_directions_stand_for_an_opening_balance() -> None:
    found = read(*BRITISH, *TOTALS, *NEWEST)
    assert (found.opening, found.closing, len(found.transactions)) == (50000, 68000, 3)


def test_without_totals_or_with_another_first_row_nothing_proves_the_oldest_row() -> None:
    assert why(*BRITISH, *NEWEST)
    assert why(*BRITISH, TOTALS[0], *NEWEST)
    assert why(*BRITISH, *TOTALS, *NEWEST[:-1], NEWEST[-1].replace("300.00", "310.00"))
    assert why(*BRITISH, *TOTALS, *NEWEST[:-1]), "the oldest row is missing"
    assert why(*BRITISH, *TOTALS, NEWEST[0], *NEWEST[2:]), "the newest row is missing"


DAILY = (
    "Banco Exemplo S.A.", "agência 1234   conta 99999-9", "período: 01/06/2026 até 29/06/2026", "data|lançamentos|valor (R$)|saldo (R$)",
    "31/05|SALDO ANTERIOR||500,00", "14/06|PAGAMENTO|300,00-|", "14/06|SALARIO|900,00|", "14/06|SALDO DO DIA||1.100,00",
    "22/06|PIX|100,00-|", "22/06|SALDO DO DIA||1.000,00", "29/06|TARIFA|10,00-|", "29/06|SALDO DO DIA||990,00",
)  # fmt: skip


def test_balances_of_days_stand_on_lines_of_their_own() -> None:
    found = read(*DAILY)
    assert [(row.amount, row.posted) for row in found.transactions][-1] == (-1000, date(2026, 6, 29))
    assert (found.account.currency, found.opening, found.closing) == ("BRL", 50000, 99000)


@pytest.mark.parametrize("place", range(5, len(DAILY)))
def test_a_day_without_its_balance_or_a_row_that_is_missing_refuses(place: int) -> None:
    assert why(*DAILY[:place], *DAILY[place + 1 :])


GERMAN = (
    "Beispielbank",
    "IBAN DE89 3704 0044 0532 0130 00",
    "Kontoauszug Juni 2026",
    "Alter Saldo||500,00 Euro",
    "Neuer Saldo||680,00 Euro",
)
STACKED = (
    "Buchung|Verwendungszweck|Betrag (EUR)", "Valuta", "02.06.2026|Gehalt|300,00", "03.06.2026|Nordwerk", "14.06.2026|Miete|-100,00",
    "15.06.2026|Eiche", "20.06.2026|Brot|-20,00", "21.06.2026|Laden",
)  # fmt: skip


def test_a_day_of_value_stands_below_that_of_the_booking() -> None:
    found = read(*GERMAN, *STACKED)
    assert [(row.posted, row.description) for row in found.transactions] == [
        (date(2026, 6, 2), "Gehalt Nordwerk"),
        (date(2026, 6, 14), "Miete Eiche"),
        (date(2026, 6, 20), "Brot Laden"),
    ]


@pytest.mark.parametrize("headings", [("Valuta", "Buchung"), ("Value date", "Date")])
@pytest.mark.parametrize("has_words", [True, False])
def test_the_day_of_the_booking_counts_where_it_stands_below_that_of_value(headings: tuple[str, str], has_words: bool) -> None:
    rows = [line if has_words or place % 2 == 0 else line.split("|")[0] for place, line in enumerate(STACKED[2:])]
    found = read(*GERMAN, f"{headings[0]}|Verwendungszweck|Betrag (EUR)", headings[1], *rows)
    assert [row.posted.day for row in found.transactions if row.posted] == [3, 15, 21]


def test_a_day_below_that_is_not_of_every_row_refuses() -> None:
    assert why(*GERMAN, *STACKED[:5], "|Eiche", *STACKED[6:])


def test_a_row_below_another_whose_figure_stands_on_its_last_line_keeps_its_day() -> None:
    """Every other row has its figure on a second line: its day is no day of value of the row above."""
    rows = (
        "02.06.2026|Gehalt|300,00", "05.06.2026|Zinsen", "|Ref 1|50,00", "14.06.2026|Miete|-100,00", "16.06.2026|Brot", "|Ref 2|-50,00",
        "20.06.2026|Wasser|-10,00", "21.06.2026|Laden", "|Ref 3|-10,00",
    )  # fmt: skip
    for heading in ("Buchung", "Valuta"):
        lines = (*GERMAN, "Buchung|Verwendungszweck|Betrag (EUR)", heading, *rows)
        assert [row.posted.day for row in read(*lines).transactions if row.posted] == [2, 5, 14, 16, 20, 21]


INDIAN = (
    "Example Bank of India",
    "Account Number: 11112222  Currency: INR",
    "Statement from 1 Jun 2026 to 30 Jun 2026",
    "Opening Balance||500.00",
    "Closing Balance||680.00",
)
WRAPPED = (
    "Txn Date|Description|Amount|Balance",
    "2 Jun|Pay|300.00|800.00",
    "2026|Northwind",
    "14|Rent|-100.00|700.00",
    "Jun",
    "2026",
    "20 Jun|Bread|-20.00|680.00",
    "2026",
)


def test_a_day_may_be_broken_within_its_cell() -> None:
    found = read(*INDIAN, *WRAPPED)
    assert [row.posted for row in found.transactions] == [date(2026, 6, 2), date(2026, 6, 14), date(2026, 6, 20)]
    assert [row.description for row in found.transactions] == ["Pay Northwind", "Rent", "Bread"]


def test_a_day_whose_year_is_missing_or_another_refuses() -> None:
    assert why(*INDIAN, *WRAPPED[:-1])
    assert why(*INDIAN, *WRAPPED[:-1], "2025")


SPACED = (
    "Example Bank Limited (Reg. No. 1962/000738/06)",
    "Account Number||11112222",
    "Statement from {first} to {last}",
    "Balance Brought Forward||R500.00",
    "Month-end Balance||R680.00",
    "Details|Date|Amount|Balance",
)


def spaced(first: str, last: str, *days: str) -> tuple[str, ...]:
    rows = ("Pay|{}|300.00|800.00", "Rent|{}|100.00-|700.00", "Bread|{}|20.00-|680.00")
    top = (line.format(first=first, last=last) for line in SPACED)
    return (*top, *(row.format(day) for row, day in zip(rows, days, strict=True)))


def test_a_month_and_a_day_stand_beside_each_other() -> None:
    found = read(*spaced("1 June 2026", "30 June 2026", "06 02", "06 14", "06 20"))
    assert [row.posted for row in found.transactions] == [date(2026, 6, 2), date(2026, 6, 14), date(2026, 6, 20)]


def test_a_month_and_a_day_that_can_be_either_are_ambiguous() -> None:
    reason = why(*spaced("1 January 2026", "31 December 2026", "02 03", "04 05", "06 07"))
    assert all(text in reason for text in ("ambiguous", "2026-02-03", "2026-03-02"))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("R7.03.15", (2025, 3, 15)), ("令和7.3.15", (2025, 3, 15)), ("07-03-15", (2025, 3, 15))],
)
def test_years_of_the_era(text: str, numbers: tuple[int, int, int]) -> None:
    (found,) = days_in(text, is_of_era=True)
    assert (found.numbers, found.is_open) == (numbers, False)


def test_short_numbers_are_of_no_era_where_none_is_named() -> None:
    (found,) = days_in("07-03-15")
    assert (found.numbers, found.is_open) == ((7, 3, 15), True)


def test_a_charge_that_is_accrued_is_in_no_total() -> None:
    lines = (
        "Example Bank, a division of EB Limited", "Account Number: 11112222", "Statement Period : 1 June 2026 to 30 June 2026",
        "Opening Balance||500.00Cr", "Closing Balance||{}", "Total Accrued Bank Charges||4.50", "Transactions in RAND (ZAR)",
        "Date|Description|Amount|Balance", "02 Jun|Pay|300.00Cr|800.00Cr", "14 Jun|Rent|100.00|700.00Cr", "20 Jun|Bread|20.00|680.00Cr",
    )  # fmt: skip
    assert read(*(line.format("680.00Cr") for line in lines)).closing == 68000
    assert why(*(line.format("675.50Cr") for line in lines))


OF_DAYS = (
    "Sparkasse Beispiel", "Girokonto 12345678", "Datum|Text|Betrag EUR", "|Kontostand am 31.05.2026||500,00", "02.06.2026|Gehalt|300,00",
    "14.06.2026|Miete|-100,00", "20.06.2026|Brot|-20,00", "|Kontostand am 30.06.2026 um 20:03 Uhr||680,00",
)  # fmt: skip


def test_two_balances_of_days_are_opening_and_closing_where_each_sum_has_its_sign() -> None:
    found = read(*OF_DAYS)
    assert (found.opening, found.closing, [row.amount for row in found.transactions]) == (50000, 68000, [30000, -10000, -2000])


@pytest.mark.parametrize(
    "lines",
    [
        (*OF_DAYS[:-1], OF_DAYS[-1].replace("30.06", "30.05")),
        (*OF_DAYS[:-1], "|Kontostand||680,00"),
        (*OF_DAYS, "|Kontostand am 01.07.2026||681,00"),
        (*OF_DAYS[:5], *OF_DAYS[6:]),
        (*OF_DAYS[:4], *(row.replace("-", "") for row in OF_DAYS[4:7]), OF_DAYS[7].replace("680", "920")),
    ],
)
def test_two_balances_of_days_prove_nothing_else(lines: tuple[str, ...]) -> None:
    """The later day first, a balance without one, a third balance, a row that is missing, sums without signs."""
    assert why(*lines)


TOTALLED = (
    "Beispielbank AG", "Kontonummer 12345678", "Buchung|Text|Betrag EUR", "|Saldo alt 31.05.2026||500,00", "02.06.2026|Gehalt|300,00",
    "14.06.2026|Miete|100,00-", "20.06.2026|Brot|20,00-", "|Summe Gutschriften|300,00", "|Summe Lastschriften|120,00-",
    "|Saldo neu 30.06.2026||680,00",
)  # fmt: skip


def test_totals_of_one_direction_stand_in_the_column_of_the_sums() -> None:
    assert len(read(*TOTALLED).transactions) == 3
    for place in range(4, 7):
        assert why(*TOTALLED[:place], *TOTALLED[place + 1 :])
    assert why(*TOTALLED[:7], TOTALLED[7].replace("300", "310"), *TOTALLED[8:])


def test_a_balance_to_your_credit_is_no_row() -> None:
    lines = (
        "BANCA ESEMPIO EUR", "Conto corrente 81146758", "Data|Descrizione|Addebiti|Accrediti",
        "31.05.2026|Saldo iniziale a Vostro credito||500,00", "02.06.2026|Stipendio||300,00", "14.06.2026|Affitto|100,00",
        "20.06.2026|Pane|20,00", "|Totale addebiti e accrediti|120,00|300,00", "30.06.2026|Saldo finale a Vostro credito||680,00",
    )  # fmt: skip
    found = read(*lines)
    assert (found.opening, found.closing, len(found.transactions)) == (50000, 68000, 3)


def test_words_beside_a_second_day_are_the_rows() -> None:
    lines = (
        "Bank Przyklad", "Waluta PLN", "Saldo poczatkowe: 500,00", "Data ksiegowania|Opis|Kwota||Saldo", "Data operacji",
        "2026-06-03|PRZELEW|300,00||800,00", "2026-06-02|Anna", "2026-06-15|CZYNSZ|-100,00||700,00", "2026-06-14|Dom",
        "2026-06-20|CHLEB|-20,00||680,00", "2026-06-19", "Saldo koncowe: 680,00",
    )  # fmt: skip
    rows = read(*lines).transactions
    assert [(row.posted.day, row.description) for row in rows if row.posted] == [(3, "PRZELEW Anna"), (15, "CZYNSZ Dom"), (20, "CHLEB")]


CARD = (
    "Example Bank Australia", "Credit card statement", "Statement period 1 June 2026 to 30 June 2026", "Card number 4111 1111 1111 1111",
    "Opening balance 500.00", "Closing balance 940.00", "Date|Description|Amount", "03 Jun 2026|Coffee|20.00",
    "10 Jun 2026|Payment received|-100.00", "20 Jun 2026|Shop|120.00", "29 Jun 2026|Rent|400.00",
)  # fmt: skip


def test_a_payment_that_a_card_received_says_that_its_balance_is_owed() -> None:
    found = read(*CARD)
    assert (found.opening, found.closing, [row.amount for row in found.transactions]) == (-50000, -94000, [-2000, 10000, -12000, -40000])
    assert "money held, or money owed" in why(*(line.replace("Payment received", "Payment to Ann") for line in CARD))
    both = [line.replace("Shop|120.00", "Payment - thank you|120.00") for line in CARD]
    assert "disagree" in why(*both)


def test_rows_of_a_further_card_are_not_read_as_those_of_the_first() -> None:
    assert "rows of a further card, 2222, begin" in why(*CARD[:-2], "Bob Example Card ending 2222", *CARD[-2:])
    assert len(read(*CARD[:-2], "|Card ending 1111", *CARD[-2:]).transactions) == 4


TAXED = (
    "Example Bank Australia", "Statement period 1 June 2026 to 30 June 2026", "Account number 11112222",
    "Date|Description|{}|Amount|Balance",
    "01 Jun 2026|Opening balance|||500.00", "03 Jun 2026|Coffee|1.82|-20.00|480.00",
    "10 Jun 2026|Salary|0.00|1,000.00|1,480.00", "29 Jun 2026|Rent|36.36|-400.00|1,080.00",
    "30 Jun 2026|Fuel|7.27|-80.00|1,000.00", "30 Jun 2026|Closing balance|||1,000.00",
)  # fmt: skip


@pytest.mark.parametrize("heading", ["GST", "Incl. GST", "VAT (GBP)", "Tax"])
def test_a_tax_that_is_part_of_the_amount_moves_nothing_more(heading: str) -> None:
    found = read(*(line.format(heading) for line in TAXED))
    assert (found.transactions[0].description, found.transactions[0].amount) == ("Coffee 1.82", -2000)
    assert found.closing == 100000


def test_a_column_of_another_name_or_with_a_sum_of_its_own_is_no_tax() -> None:
    assert why(*(line.format("Points") for line in TAXED))
    assert why(*(line.format("GST").replace("36.36|-400.00", "400.00|") for line in TAXED))
    assert why(*(line.format("GST").replace("1.82|", "20.01|") for line in TAXED))
