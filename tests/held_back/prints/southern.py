"""Prints of Australia, New Zealand and South Africa."""

from dataclasses import replace
from datetime import date

from tests.held_back.prints.model import Drawn, Entry, Facts, Form, Maker, PrintKind, Text, entries, mark
from tests.held_back.prints.parts import LETTER, columns, drawn, head, ledger_for, one_table, summary
from tests.held_back.writing import day

NAMES = ("Opening balance", "Total credits", "Total debits", "Closing balance")


def two_columns(seed: str, size: int) -> Drawn:
    """Days without a year, the figure on the last line of the words, CR behind balances, rows for the balances."""
    form = Form("%d %b", wrap="${}", balance_negative="DR", balance_wrap="${}", lines=3, figures="last")
    ledger = ledger_for("au-figure-on-last-line", seed, size)
    shape = columns("date|Date|50", "words|Transaction|240", "out|Debit|70|r", "in|Credit|70|r", "balance|Balance|85|r")
    first = mark(f"{ledger.rows[0].day.year} OPENING BALANCE", form.total(ledger.opening_cents), day(ledger.rows[0].day, "%d %b"))
    last = mark(f"{ledger.rows[-1].day.year} CLOSING BALANCE", form.total(ledger.closing_cents), day(ledger.rows[-1].day, "%d %b"))
    table = one_table(shape, (first, *entries(form, ledger), last))
    return drawn((*head("Harbour Mutual Bank", ledger, form, "%-d %b %Y", joined=" - "), table), ledger, form)


def daily(seed: str, size: int) -> Drawn:
    """The day once, dots up to the figure, the balance at the day's end, carried and brought forward."""
    form = Form("%-d %b %Y", balance_negative="Dr", lines=2, figures="last", balance="daily", once=True)
    ledger = ledger_for("au-balance-at-days-end", seed, size)
    shape = columns("date|Date|65", "words|Particulars|220", "out|Debits|70|r", "in|Credits|70|r", "balance|Balance|80|r")
    rows = (mark("Brought forward", form.total(ledger.opening_cents)), *entries(form, ledger))
    elements = (
        *head("Southern Plains Bank", ledger, form, "%-d %B %Y"),
        summary(ledger, form, NAMES),
        one_table(shape, rows, "Carried forward", "Brought forward"),
    )
    return drawn(elements, ledger, form, "Statement number 21")


def next_line(seed: str, size: int) -> Drawn:
    """The day and the first words on one line, figures on the next; short years."""
    form = Form("%d/%m/%y", lines=2, figures="last", extra=("Card 4821",))
    ledger = ledger_for("au-figures-on-next-line", seed, size)
    shape = columns("date|DATE|55", "words|TRANSACTION DESCRIPTION|230", "out|DEBIT|70|r", "in|CREDIT|70|r", "balance|BALANCE|85|r")
    rows = (
        mark("STATEMENT OPENING BALANCE", form.total(ledger.opening_cents), day(ledger.rows[0].day, form.form)),
        *entries(form, ledger),
        mark("CLOSING BALANCE", form.total(ledger.closing_cents), day(ledger.rows[-1].day, form.form)),
    )
    elements = (
        *head("Western Bay Bank", ledger, form, joined=" - "),
        Facts(
            (
                ("Opening Balance", "+ $" + form.total(ledger.opening_cents)),
                ("Total Credits", "+ $" + form.money(ledger.paid_in_cents)),
                ("Total Debits", "- $" + form.money(ledger.paid_out_cents)),
                ("Closing Balance", "+ $" + form.total(ledger.closing_cents)),
            )
        ),
        one_table(shape, rows),
    )
    return drawn(elements, ledger, form, "Statement No. 12")


def card(seed: str, size: int) -> Drawn:
    """A card: charges plain, payments with a minus behind, no balance column; the sums above."""
    form = Form("%d %b", negative="trail", balance="none")
    ledger = ledger_for("au-card-trailing-minus", seed, size, opening_cents=-40_000)
    turned = replace(ledger, rows=tuple(replace(row, cents=-row.cents) for row in ledger.rows))
    shape = columns("date|Date|60", "words|Transaction Details|300", "amount|Amount (A$)|90|r")
    facts = Facts(
        (
            ("Opening balance", form.money(-ledger.opening_cents)),
            ("New transactions and charges", form.money(ledger.paid_out_cents)),
            ("Payments/refunds", form.money(-ledger.paid_in_cents)),
            ("Closing balance", form.money(-ledger.closing_cents)),
        )
    )
    elements = (
        *head("Harbour Mutual Bank", ledger, form, "%-d %b %Y", title="Low Rate Credit Card", joined=" - "),
        facts,
        one_table(shape, entries(form, turned)),
    )
    return drawn(elements, ledger, form)


def year_apart(seed: str, size: int) -> Drawn:
    """The year alone on a line; an unseen word where a cell is empty; totals below."""
    form = Form("%d %b")
    ledger = ledger_for("au-year-on-its-own-line", seed, size)
    shape = columns(
        "date|Date|55", "words|Transaction Details|230", "out|Withdrawals ($)|80|r", "in|Deposits ($)|70|r", "balance|Balance ($)|80|r"
    )
    rows = tuple(
        Entry(tuple({**{"out": "blank", "in": "blank"}, **{key: cell for key, cell in line.items() if cell}} for line in entry.lines))
        for entry in entries(form, ledger)
    )
    year = Entry(({"date": str(ledger.rows[0].day.year)},))
    opening = mark("OPENING BALANCE", form.total(ledger.opening_cents), day(ledger.rows[0].day, "%d %b"))
    totals = Entry(
        (
            {
                "words": "TOTALS AT END OF PERIOD",
                "out": form.money(ledger.paid_out_cents),
                "in": form.money(ledger.paid_in_cents),
                "balance": form.total(ledger.closing_cents),
            },
        )
    )
    elements = (
        *head("Northern Rivers Bank", ledger, form, "%d %B %Y", joined=" TO "),
        summary(ledger, form, ("Opening Balance:", "Total Deposits:", "Total Withdrawals:", "Closing Balance:")),
        one_table(shape, (year, opening, *rows, totals)),
    )
    return drawn(elements, ledger, form)


def money_out_negative(seed: str, size: int) -> Drawn:
    """Money out printed negative, more lines of words below the figures."""
    form = Form("%d/%m/%Y", lines=3)
    ledger = ledger_for("au-money-out-negative", seed, size)
    shape = columns("date|Date|60", "words|Details|230", "-out|Money out $|75|r", "in|Money in $|75|r", "balance|Balance $|80|r")
    figures = Facts(
        (
            ("Opening balance", "$" + form.total(ledger.opening_cents)),
            ("Total money in", "$" + form.money(ledger.paid_in_cents)),
            ("Total money out", "$" + form.money(-ledger.paid_out_cents)),
            ("Closing balance", "$" + form.total(ledger.closing_cents)),
        )
    )
    elements = (
        *head("Orange Tree Bank", ledger, form, "%d/%m/%Y", span="Statement from"),
        figures,
        one_table(shape, entries(form, ledger)),
    )
    return drawn(elements, ledger, form)


def newest_first(seed: str, size: int) -> Drawn:
    """Newest first, the opening balance at the end."""
    form = Form("%d %b", wrap="${}", balance_wrap="${}", newest_first=True)
    ledger = ledger_for("au-newest-first", seed, size)
    shape = columns("date|Date|60", "words|Description|230", "in|Credit|70|r", "out|Debit|70|r", "balance|Balance|80|r")
    rows = (
        mark("Closing Balance", form.total(ledger.closing_cents)),
        *entries(form, ledger),
        mark("Opening Balance", form.total(ledger.opening_cents)),
    )
    return drawn((*head("Plus Bank", ledger, form), one_table(shape, rows)), ledger, form)


def home_loan(seed: str, size: int) -> Drawn:
    """A loan behind a letter: balances owed with DR, debits and credits."""
    form = Form("%d %b %Y", balance_negative="DR", balance_wrap="${}")
    ledger = ledger_for("au-home-loan-behind-letter", seed, size, opening_cents=-32_000_000)
    shape = columns("date|Date|70", "words|Transaction description|210", "out|Debits|75|r", "in|Credits|75|r", "balance|Balance|95|r")
    rows = (
        mark("Opening balance", form.total(ledger.opening_cents), day(ledger.rows[0].day, form.form)),
        *entries(form, ledger),
        mark("Closing balance", form.total(ledger.closing_cents), day(ledger.rows[-1].day, form.form)),
    )
    return drawn(
        (*LETTER, *head("Harbour Mutual Bank", ledger, form, "%-d %b %Y", title="Complete Home Loan"), one_table(shape, rows)), ledger, form
    )


def overdrawn(seed: str, size: int) -> Drawn:
    """OD behind a balance that is owed."""
    form = Form("%d %b")
    ledger = ledger_for("nz-overdrawn-od", seed, size, opening_cents=90_000)
    shape = columns("date|Date|50", "words|Details|220", "out|Withdrawals|75|r", "in|Deposits|75|r", "balance|Balance|85|r")
    rows = tuple(
        Entry(
            tuple(
                {**line, "balance": line["balance"].lstrip("-") + " OD"} if line.get("balance", "").startswith("-") else line
                for line in entry.lines
            )
        )
        for entry in entries(form, ledger)
    )
    opening = mark("Opening balance", form.total(ledger.opening_cents), day(ledger.rows[0].day, "%d %b"))
    return drawn((*head("Kauri Bank", ledger, form, number="Account 38-9000-0123456-00"), one_table(shape, (opening, *rows))), ledger, form)


def one_amount(seed: str, size: int) -> Drawn:
    """A type, words, one signed amount and a balance."""
    form = Form("%d %b %Y", fixed={"kind": "EFTPOS"}, lines=2)
    ledger = ledger_for("nz-signed-amount", seed, size)
    shape = columns("date|Date|75", "kind|Type|60", "words|Details|220", "amount|Amount|80|r", "balance|Balance|80|r")
    return drawn(
        (
            *head("Tui Bank", ledger, form, "%d %b %Y"),
            summary(ledger, form, ("Opening balance", "", "", "Closing balance")),
            one_table(shape, entries(form, ledger)),
        ),
        replace(ledger, rows=tuple(replace(row, words="EFTPOS " + row.words) for row in ledger.rows)),
        form,
    )


def cr_behind(seed: str, size: int) -> Drawn:
    """Cr glued behind what comes in, nothing behind what goes out."""
    form = Form("%d %b")
    ledger = ledger_for("za-cr-behind", seed, size)
    shape = columns("date|Date|50", "words|Description|240", "amount|Amount|90|r", "balance|Balance|95|r", "fee|Accrued Charges|80|r")

    def glued(text: str) -> str:
        return text.lstrip("-") if text.startswith("-") else text + "Cr"

    rows = tuple(
        Entry(tuple({**line, **{key: glued(line[key]) for key in ("amount", "balance") if line.get(key)}} for line in entry.lines))
        for entry in entries(form, ledger)
    )
    dr = Facts((("Opening Balance", glued(form.total(ledger.opening_cents))), ("Closing Balance", glued(form.total(ledger.closing_cents)))))
    return drawn((*head("Protea Bank", ledger, form), dr, one_table(shape, rows)), ledger, form)


def date_at_right(seed: str, size: int) -> Drawn:
    """Month and day as two numbers right of the figures; debits with a minus behind."""
    form = Form("%m %d", negative="trail")
    ledger = ledger_for("za-date-at-right", seed, size)
    shape = columns("words|Details|220", "-out|Debits|80|r", "in|Credits|80|r", "date|Date|60", "balance|Balance|90|r")
    opening = mark("BALANCE BROUGHT FORWARD", form.total(ledger.opening_cents), day(ledger.rows[0].day, "%m %d"))
    return drawn((*head("Standard Veld Bank", ledger, form), one_table(shape, (opening, *entries(form, ledger)))), ledger, form)


def four_figures(seed: str, size: int) -> Drawn:
    """Money in, money out, fee and balance: a fee stands in a row of its own; blanks between thousands."""
    form = Form("%d/%m/%Y", style="sp.", negative="-")
    ledger = ledger_for("za-four-money-columns", seed, size)
    shape = columns(
        "date|Posting Date|65",
        "value|Transaction Date|70",
        "words|Description|170",
        "in|Money In (R)|70|r",
        "-out|Money Out (R)|70|r",
        "fee|Fee* (R)|50|r",
        "balance|Balance (R)|75|r",
    )
    rows = []
    for at, entry in enumerate(entries(form, ledger)):
        line = dict(entry.lines[0])
        if at % 5 == 4 and line["-out"]:
            line |= {"fee": line["-out"], "-out": ""}
        rows.append(Entry((line,)))
    return drawn(
        (
            *head("Capital Cape Bank", ledger, form, "%d/%m/%Y"),
            summary(ledger, form, ("Opening Balance:", "", "", "Closing Balance:")),
            one_table(shape, tuple(rows)),
        ),
        ledger,
        form,
    )


def without_balance(seed: str, size: int) -> Drawn:
    """No running balance: opening, totals and closing prove the rows; New Year lies inside the period."""
    form = Form("%d %b", balance="none", lines=2)
    ledger = ledger_for("au-no-running-balance-new-year", seed, size, first=date(2024, 12, 20))
    shape = columns("date|Date|60", "words|Description|240", "out|Debit|80|r", "in|Credit|80|r")
    return drawn(
        (
            *head("Wattle Credit Union", ledger, form),
            summary(ledger, form, NAMES),
            one_table(shape, entries(form, ledger)),
            Text("End of statement"),
        ),
        ledger,
        form,
    )


R, C, T = Maker.REPORTLAB, Maker.CHROMIUM, Maker.TYPST
KINDS = (
    PrintKind("au-figure-on-last-line", R, "words of up to three lines, figures on the last", two_columns),
    PrintKind("au-balance-at-days-end", R, "day once, balance at the day's end, carried forward", daily),
    PrintKind("au-figures-on-next-line", R, "short years, figures on the next line", next_line),
    PrintKind("au-card-trailing-minus", C, "a card without balances, payments with a minus behind", card),
    PrintKind("au-year-on-its-own-line", R, "the year on a line of its own, the word blank in empty cells", year_apart),
    PrintKind("au-money-out-negative", C, "money out negative, words below the figures", money_out_negative),
    PrintKind("au-newest-first", C, "newest first without years", newest_first),
    PrintKind("au-home-loan-behind-letter", R, "a loan behind a letter, balances DR", home_loan),
    PrintKind("au-no-running-balance-new-year", T, "no balances, over New Year", without_balance),
    PrintKind("nz-overdrawn-od", T, "OD behind a balance owed", overdrawn),
    PrintKind("nz-signed-amount", C, "one signed amount and a type", one_amount),
    PrintKind("za-cr-behind", R, "Cr glued behind what comes in", cr_behind),
    PrintKind("za-date-at-right", C, "month and day right of the figures", date_at_right),
    PrintKind("za-four-money-columns", T, "four money columns, blanks between thousands", four_figures),
)
