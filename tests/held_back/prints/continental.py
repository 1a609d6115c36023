"""Prints of Germany, France, Switzerland and Japan."""

from dataclasses import replace

from tests.held_back.prints.model import Drawn, Entry, Facts, Form, Maker, PrintKind, Text, entries, mark
from tests.held_back.prints.parts import columns, drawn, head, ledger_for, one_table, summary
from tests.held_back.writing import day, number

GERMAN_LINES = ("Referenz 77120", "Mandat M-4821")


def kontoauszug(seed: str, size: int) -> Drawn:
    """Two days without years, words of several lines, the sign behind the figure, old and new balance only."""
    form = Form("%d.%m.", style="eu", balance="none", lines=3, extra=GERMAN_LINES)
    ledger = ledger_for("de-sign-behind", seed, size, "de")
    shape = columns("date|Bu.Tag|45", "value|Wert|45", "words|Vorgang|290", "amount|Betrag|100|r")

    def behind(cents: int) -> str:
        return number(abs(cents), "eu") + ("-" if cents < 0 else "+")

    shown = iter(ledger.rows)
    rows = tuple(Entry(({**entry.lines[0], "amount": behind(next(shown).cents)}, *entry.lines[1:])) for entry in entries(form, ledger))
    old = mark(f"alter Kontostand vom {day(ledger.rows[0].day, '%d.%m.%Y')}", behind(ledger.opening_cents), key="amount")
    new = mark(f"neuer Kontostand vom {day(ledger.rows[-1].day, '%d.%m.%Y')}", behind(ledger.closing_cents), key="amount")
    elements = (
        *head("Elbtal Genossenschaftsbank eG", ledger, form, "%d.%m.%Y", "Kontoauszug Nr. 3/2025", "Konto-Nr.", "Zeitraum", " bis "),
        Text("EUR-Konto"),
        one_table(shape, (old, *rows, new)),
    )
    return drawn(elements, ledger, form)


def soll_haben(seed: str, size: int) -> Drawn:
    """Soll and Haben, days with years, S or H behind the balance."""
    form = Form("%d.%m.%Y", style="eu", lines=2, extra=GERMAN_LINES)
    ledger = ledger_for("de-soll-haben", seed, size, "de")
    shape = columns("date|Buchung|70", "words|Buchungstext|210", "out|Soll EUR|80|r", "in|Haben EUR|80|r", "balance|Saldo EUR|90|r")
    rows = tuple(
        Entry(
            tuple(
                {**line, "balance": line["balance"].lstrip("-") + (" S" if line["balance"].startswith("-") else " H")}
                if line.get("balance")
                else line
                for line in entry.lines
            )
        )
        for entry in entries(form, ledger)
    )
    facts = Facts((("Anfangssaldo", number(ledger.opening_cents, "eu") + " H"),))
    return drawn(
        (*head("Isar Bank AG", ledger, form, "%d.%m.%Y", "Kontoauszug", "Kontonummer", "Zeitraum", " - "), facts, one_table(shape, rows)),
        ledger,
        form,
    )


def betrag(seed: str, size: int) -> Drawn:
    """One signed amount, no running balance, words below; the balances and sums at the end."""
    form = Form("%d.%m.%Y", style="eu", balance="none", lines=2, extra=GERMAN_LINES)
    ledger = ledger_for("de-signed", seed, size, "de")
    shape = columns("date|Datum|70", "words|Erläuterung|280", "amount|Betrag EUR|100|r")
    facts = summary(ledger, form, ("Kontostand am Anfang", "Summe Gutschriften", "", "Kontostand am Ende"))
    return drawn(
        (
            *head("Spree Direktbank", ledger, form, "%d.%m.%Y", "Kontoauszug", "Kontonummer", "Zeitraum", " - "),
            one_table(shape, entries(form, ledger)),
            facts,
        ),
        ledger,
        form,
    )


def debit_credit(seed: str, size: int) -> Drawn:
    """Days with a point and no year, blanks between thousands, totals, old and new balance, no running one."""
    form = Form("%d.%m", style="sp", balance="none", lines=2, extra=("REF 48812",))
    ledger = ledger_for("fr-debit-credit", seed, size, "fr")
    shape = columns("date|Date|45", "words|Nature de l'opération|230", "value|Valeur|55", "out|Débit|80|r", "in|Crédit|80|r")
    first, last = ledger.rows[0].day, ledger.rows[-1].day
    rows = (
        mark(f"SOLDE CREDITEUR AU {day(first, '%d.%m.%Y')}", form.money(ledger.opening_cents), key="in"),
        *entries(form, ledger),
        Entry(({"words": "TOTAL DES OPERATIONS", "out": form.money(ledger.paid_out_cents), "in": form.money(ledger.paid_in_cents)},)),
        mark(
            f"SOLDE {'CREDITEUR' if ledger.closing_cents >= 0 else 'DEBITEUR'} AU {day(last, '%d.%m.%Y')}",
            form.money(abs(ledger.closing_cents)),
            key="in" if ledger.closing_cents >= 0 else "out",
        ),
    )
    return drawn(
        (
            *head("Banque du Rhône", ledger, form, "%d.%m.%Y", "Relevé de compte en euros", "N° de compte", "Période", " au "),
            one_table(shape, rows),
        ),
        ledger,
        form,
    )


def narrow(seed: str, size: int) -> Drawn:
    """Narrow non-breaking blanks, a euro sign behind, one signed amount and a balance."""
    form = Form("%d/%m/%Y", style="frn", wrap="{} €", balance_wrap="{} €")
    ledger = ledger_for("fr-narrow-blanks", seed, size, "fr")
    shape = columns("date|Date|75", "words|Libellé|220", "amount|Montant|90|r", "balance|Solde|95|r")
    facts = summary(ledger, form, ("Solde initial", "", "", "Solde final"))
    return drawn(
        (
            *head("Crédit de la Loire", ledger, form, "%d/%m/%Y", "Relevé de compte", "Compte", "Période", " au "),
            facts,
            one_table(shape, entries(form, ledger)),
        ),
        ledger,
        form,
    )


def month_names(seed: str, size: int) -> Drawn:
    """French month names, debit and credit, a balance each."""
    form = Form("~fr", style="fr")
    ledger = ledger_for("fr-month-names", seed, size, "fr")
    shape = columns("date|Date|85", "words|Opération|200", "out|Débit|75|r", "in|Crédit|75|r", "balance|Solde|85|r")
    opening = mark("Solde précédent", form.total(ledger.opening_cents))
    return drawn(
        (
            *head("Crédit de la Loire", ledger, form, "%d/%m/%Y", "Relevé", "Compte", "Période", " au "),
            one_table(shape, (opening, *entries(form, ledger))),
        ),
        ledger,
        form,
    )


def apostrophes(seed: str, size: int) -> Drawn:
    """Apostrophes between thousands, a value day before the balance."""
    form = Form("%d.%m.%y", style="ch", lines=2, extra=GERMAN_LINES)
    ledger = ledger_for("ch-apostrophes", seed, size, "de")
    shape = columns("date|Datum|55", "words|Text|200", "out|Belastung|75|r", "in|Gutschrift|75|r", "value|Valuta|55", "balance|Saldo|85|r")
    rows = (mark("Saldovortrag", form.total(ledger.opening_cents), day(ledger.rows[0].day, form.form)), *entries(form, ledger))
    return drawn(
        (*head("Limmat Kantonalbank", ledger, form, "%d.%m.%Y", "Kontoauszug in CHF", "Konto", "Zeitraum", " - "), one_table(shape, rows)),
        ledger,
        form,
    )


def whole_yen(seed: str, size: int) -> Drawn:
    """Whole yen under Japanese headings, the year first."""
    form = Form("%Y/%m/%d", style="yen")
    ledger = ledger_for("jp-yen", seed, size, "ja", step=100, opening_cents=50_000_000)
    shape = columns("date|年月日|75", "words|お取引内容|180", "out|お支払金額|80|r", "in|お預り金額|80|r", "balance|差引残高|90|r")
    opening = mark("前月より繰越", form.total(ledger.opening_cents))
    return drawn(
        (
            *head("北風銀行", ledger, form, "%Y/%m/%d", "お取引明細", "口座番号", "期間", " ～ "),
            one_table(shape, (opening, *entries(form, ledger))),
        ),
        ledger,
        form,
    )


def yen_in_english(seed: str, size: int) -> Drawn:
    """Whole yen with a yen sign, the year first with points, English headings."""
    form = Form("%Y.%m.%d", style="yen", wrap="¥{}", balance_wrap="¥{}")
    ledger = ledger_for("jp-yen-in-english", seed, size, step=100, opening_cents=50_000_000)
    shape = columns("date|Date|75", "words|Description|200", "out|Withdrawal|80|r", "in|Deposit|80|r", "balance|Balance|90|r")
    facts = summary(ledger, form, ("Opening balance", "Total deposits", "Total withdrawals", "Closing balance"))
    return drawn(
        (*head("Kitakaze Bank", ledger, form, "%Y.%m.%d", joined=" - "), facts, one_table(shape, entries(form, ledger))), ledger, form
    )


def era_years(seed: str, size: int) -> Drawn:
    """Years of the era."""
    form = Form("~wareki", style="yen")
    ledger = ledger_for("jp-era-years", seed, size, "ja", step=100, opening_cents=50_000_000)
    shape = columns("date|年月日|75", "words|摘要|180", "out|お引出し|80|r", "in|お預入れ|80|r", "balance|残高|90|r")
    return drawn(
        (*head("北風信用金庫", ledger, form, "~wareki", "入出金明細", "口座番号", "期間", " ～ "), one_table(shape, entries(form, ledger))),
        replace(ledger),
        form,
    )


R, C, T = Maker.REPORTLAB, Maker.CHROMIUM, Maker.TYPST
KINDS = (
    PrintKind("de-sign-behind", R, "two days without years, sign behind the figure, no running balance", kontoauszug),
    PrintKind("de-soll-haben", C, "Soll, Haben, S or H behind the balance", soll_haben),
    PrintKind("de-signed", T, "one signed amount, sums at the end", betrag),
    PrintKind("fr-debit-credit", R, "days without years, totals, no running balance", debit_credit),
    PrintKind("fr-narrow-blanks", C, "narrow blanks and a euro sign", narrow),
    PrintKind("fr-month-names", T, "French month names", month_names),
    PrintKind("ch-apostrophes", C, "apostrophes between thousands", apostrophes),
    PrintKind("jp-yen", R, "whole yen, Japanese headings", whole_yen),
    PrintKind("jp-yen-in-english", T, "whole yen with a yen sign, points in days", yen_in_english),
    PrintKind("jp-era-years", R, "years of the era", era_years),
)
