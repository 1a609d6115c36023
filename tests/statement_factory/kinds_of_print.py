"""How banks of many countries print: their figures, days, words and columns. No kind is a real bank's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date


def grouped(value: int, separator: str, point: str) -> str:
    whole, part = divmod(abs(value), 100)
    return f"{whole:,}".replace(",", separator) + (f"{point}{part:02d}" if point else "")


def indian(value: int) -> str:
    whole, part = divmod(abs(value), 100)
    text = str(whole)
    head, tail = text[:-3], text[-3:]
    groups: list[str] = []
    while head:
        groups.insert(0, head[-2:])
        head = head[:-2]
    return ",".join([*groups, tail]) + f".{part:02d}"


MONTHS = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janv. févr. mars avril mai juin juil. août sept. oct. nov. déc.",
    "es": "ene feb mar abr may jun jul ago sep oct nov dic",
    "it": "gen feb mar apr mag giu lug ago set ott nov dic",
    "nl": "jan feb mrt apr mei jun jul aug sep okt nov dec",
}


def named(language: str, form: str) -> Callable[[date], str]:
    return lambda day: form.format(d=day.day, m=MONTHS[language].split()[day.month - 1], y=day.year, yy=day.year % 100)


def numbered(form: str) -> Callable[[date], str]:
    return lambda day: day.strftime(form)


@dataclass(frozen=True)
class Kind:
    """How a bank of a country prints. `money` are the columns from left to right: what they hold, heading, right edge. `words` are the
    labels of account, period, opening, closing, debits and credits."""

    name: str
    currency: str
    money: tuple[tuple[str, str, float], ...]
    figure: Callable[[int], str]
    day: Callable[[date], str]
    words: tuple[str, str, str, str, str, str]
    heads: tuple[str, str] = ("Date", "Description")
    account: str = "12345678"
    note: str = ""
    long_day: Callable[[date], str] | None = None
    to: str = " - "
    balance_mark: Callable[[str, int], str] = lambda text, value: ("-" if value < 0 else "") + text
    amount_mark: Callable[[str, int], str] = lambda text, value: ("-" if value < 0 else "") + text
    balances: str = "every"
    once_a_day: bool = False
    newest_first: bool = False
    figures: str = "first"
    second_day: float = 0
    opening_row: bool = True
    totals: bool = True
    text_x: float = 110
    whole: bool = False
    font: str = "Helvetica"


EN = ("Account number", "Statement period", "Opening balance", "Closing balance", "Total debits", "Total credits")
US = ("Account number", "Statement period", "Beginning balance", "Ending balance", "Total withdrawals", "Total deposits")
IN = ("Account No", "Statement From", "Opening Balance", "Closing Balance", "Total Debits", "Total Credits")
DE = ("Kontonummer", "Zeitraum", "Anfangssaldo", "Endsaldo", "Summe Soll", "Summe Haben")
FR = ("Compte n°", "Période", "Solde précédent", "Nouveau solde", "Total des débits", "Total des crédits")
ES = ("Número de cuenta", "Periodo", "Saldo anterior", "Saldo final", "Total cargos", "Total abonos")
IT = ("Numero di conto", "Periodo", "Saldo iniziale", "Saldo finale", "Totale uscite", "Totale entrate")
NL = ("Rekeningnummer", "Periode", "Beginsaldo", "Eindsaldo", "Totaal af", "Totaal bij")
JP = ("口座番号", "期間", "前月残高", "今回残高", "お支払合計", "お預り合計")
THREE = (("debit", "Debit", 400.0), ("credit", "Credit", 470.0), ("balance", "Balance", 545.0))


def three(debit: str, credit: str, balance: str) -> tuple[tuple[str, str, float], ...]:
    return (("debit", debit, 400.0), ("credit", credit, 470.0), ("balance", balance, 545.0))


def two(amount: str, balance: str) -> tuple[tuple[str, str, float], ...]:
    return (("amount", amount, 460.0), ("balance", balance, 545.0))


def point(value: int) -> str:
    return grouped(value, ",", ".")


def comma(value: int) -> str:
    return grouped(value, ".", ",")


def signed_behind(text: str, value: int) -> str:
    return text + ("-" if value < 0 else "+")


def soll(text: str, value: int) -> str:
    return text + (" S" if value < 0 else " H")


def suffix(text: str, value: int) -> str:
    return text + (" DR" if value < 0 else " CR")


KINDS = (
    Kind("AU plain", "AUD", THREE, point, numbered("%d/%m/%Y"), EN, note="BSB 633-000"),
    Kind("AU suffixes", "AUD", THREE, point, named("en", "{d:02d} {m}"), EN, balance_mark=suffix, note="BSB 633-000", figures="last"),
    Kind(
        "NZ signed",
        "NZD",
        two("Amount", "Balance"),
        point,
        named("en", "{d} {m} {y}"),
        EN,
        account="01-0123-0123456-00",
        note="Wellington, New Zealand",
    ),
    Kind(
        "NZ once a day",
        "NZD",
        three("Withdrawals", "Deposits", "Balance"),
        point,
        named("en", "{d:02d} {m}"),
        EN,
        account="02-0123-0123456-00",
        note="Auckland, New Zealand",
        once_a_day=True,
        balances="daily",
    ),
    Kind(
        "UK paid out",
        "GBP",
        three("Paid out", "Paid in", "Balance"),
        point,
        named("en", "{d:02d} {m} {yy:02d}"),
        EN,
        note="Sort code 01-02-03",
        once_a_day=True,
        balances="daily",
    ),
    Kind(
        "UK pounds",
        "GBP",
        three("Money out", "Money in", "Balance"),
        lambda v: "£" + point(v),
        named("en", "{d} {m}"),
        EN,
        note="Sort code 01-02-03",
    ),
    Kind("US signed", "USD", two("Amount", "Balance"), lambda v: "$" + point(v), numbered("%m/%d/%Y"), US, note="Member FDIC"),
    Kind(
        "US short",
        "USD",
        three("Withdrawals/Debits", "Deposits/Credits", "Balance"),
        point,
        numbered("%m/%d"),
        US,
        note="Member FDIC",
        long_day=numbered("%m/%d/%Y"),
    ),
    Kind(
        "IN lakh",
        "INR",
        three("Withdrawal Amt.", "Deposit Amt.", "Closing Balance"),
        indian,
        numbered("%d/%m/%y"),
        IN,
        note="IFSC BOWR0000123",
        second_day=300,
        long_day=numbered("%d/%m/%Y"),
        to=" To ",
    ),
    Kind(
        "IN dashes",
        "INR",
        two("Amount", "Balance"),
        lambda v: "Rs. " + indian(v),
        numbered("%d-%m-%Y"),
        IN,
        balance_mark=suffix,
        amount_mark=suffix,
    ),
    Kind(
        "DE one column",
        "EUR",
        (("amount", "Betrag EUR", 545.0),),
        comma,
        numbered("%d.%m.%Y"),
        DE,
        ("Buchung", "Verwendungszweck"),
        account="DE89 3704 0044 0532 0130 00",
        balances="none",
        amount_mark=signed_behind,
        opening_row=False,
    ),
    Kind(
        "DE soll haben",
        "EUR",
        three("Soll", "Haben", "Saldo"),
        comma,
        numbered("%d.%m."),
        DE,
        ("Buchungstag", "Vorgang"),
        account="DE89 3704 0044 0532 0130 00",
        second_day=80,
        text_x=130,
        long_day=numbered("%d.%m.%Y"),
        to=" bis ",
    ),
    Kind(
        "DE letters",
        "EUR",
        two("Umsatz", "Kontostand"),
        comma,
        numbered("%d.%m.%y"),
        DE,
        ("Datum", "Text"),
        balance_mark=soll,
        amount_mark=soll,
        note="Alle Beträge in EUR",
    ),
    Kind(
        "CH apostrophe",
        "CHF",
        three("Belastung", "Gutschrift", "Saldo"),
        lambda v: grouped(v, "'", "."),
        numbered("%d.%m.%y"),
        DE,
        ("Datum", "Text"),
        note="CHF",
    ),
    Kind(
        "FR spaces",
        "EUR",
        three("Débit", "Crédit", "Solde"),
        lambda v: grouped(v, " ", ","),
        numbered("%d/%m"),
        FR,
        ("Date", "Opération"),
        account="FR14 2004 1010 0505 0001 3M02 606",
        long_day=numbered("%d/%m/%Y"),
        to=" au ",
    ),
    Kind(
        "FR months",
        "EUR",
        (("debit", "Débit", 450.0), ("credit", "Crédit", 545.0)),
        lambda v: grouped(v, " ", ","),
        named("fr", "{d} {m} {y}"),
        FR,
        ("Date", "Libellé"),
        balances="none",
        note="Montants en euros €",
        opening_row=False,
    ),
    Kind("ES", "EUR", two("Importe", "Saldo"), comma, named("es", "{d:02d} {m} {y}"), ES, ("Fecha", "Concepto"), note="EUR"),
    Kind(
        "IT",
        "EUR",
        three("Uscite", "Entrate", "Saldo"),
        comma,
        named("it", "{d:02d} {m} {y}"),
        IT,
        ("Data", "Descrizione"),
        note="€",
        newest_first=True,
    ),
    Kind(
        "NL",
        "EUR",
        (("debit", "Af", 400.0), ("credit", "Bij", 470.0), ("balance", "Saldo", 545.0)),
        comma,
        numbered("%d-%m-%Y"),
        NL,
        ("Datum", "Omschrijving"),
        note="EUR",
    ),
    Kind(
        "JP",
        "JPY",
        three("お支払金額", "お預り金額", "差引残高"),
        lambda v: grouped(v, ",", ""),
        lambda d: f"{d.year}年{d.month}月{d.day}日",
        JP,
        ("年月日", "摘要"),
        whole=True,
        note="円",
        font="HeiseiKakuGo-W5",
        account="1234567",
    ),
    Kind(
        "JP slashes",
        "JPY",
        three("Withdrawals", "Deposits", "Balance"),
        lambda v: "¥" + grouped(v, ",", ""),
        numbered("%Y/%m/%d"),
        EN,
        whole=True,
    ),
    Kind(
        "ZA",
        "ZAR",
        three("Debits", "Credits", "Balance"),
        lambda v: grouped(v, " ", "."),
        named("en", "{d:02d} {m}"),
        EN,
        note="All amounts in ZAR",
    ),
    Kind("ZA rand", "ZAR", two("Amount", "Balance"), lambda v: "R" + grouped(v, " ", "."), numbered("%Y-%m-%d"), EN, newest_first=True),
    Kind(
        "ISO balance first",
        "EUR",
        (("balance", "Balance", 390.0), ("amount", "Amount", 470.0)),
        point,
        numbered("%Y-%m-%d"),
        EN,
        note="EUR",
    ),
)
