"""Prints of the United Kingdom, the United States and India."""

from dataclasses import replace

from tests.held_back.kind import Answer, Expected
from tests.held_back.ledger import Ledger, Row
from tests.held_back.prints.model import Column, Drawn, Element, Entry, Facts, Form, Maker, Print, PrintKind, Text, entries, mark, spoken
from tests.held_back.prints.parts import LETTER, columns, drawn, head, ledger_for, one_table, summary
from tests.held_back.writing import day


def paid_out_in(seed: str, size: int) -> Drawn:
    """The day once, a code for the kind, the balance at the day's end, brought and carried forward."""
    form = Form("%d %b %y", balance="daily", once=True, lines=2, figures="last", fixed={"kind": "VIS"})
    ledger = ledger_for("uk-day-once-balance-daily", seed, size)
    shape = columns(
        "date|Date|60", "kind|Payment type|70", "words|Details|190", "out|Paid out|70|r", "in|Paid in|70|r", "balance|Balance|75|r"
    )
    rows = (
        mark("BALANCE BROUGHT FORWARD", form.total(ledger.opening_cents), day(ledger.rows[0].day, form.form)),
        *entries(form, ledger),
        mark("BALANCE CARRIED FORWARD", form.total(ledger.closing_cents), day(ledger.rows[-1].day, form.form)),
    )
    stated = replace(ledger, rows=tuple(replace(row, words="VIS " + row.words) for row in ledger.rows))
    return drawn(
        (
            *head("Thames & Tyne Bank", ledger, form),
            summary(ledger, form, ("Opening Balance", "Payments In", "Payments Out", "Closing Balance")),
            one_table(shape, rows),
        ),
        stated,
        form,
    )


def d_behind(seed: str, size: int) -> Drawn:
    """D behind a balance that is owed, a pound sign in the headings."""
    form = Form("%d %b %y")
    ledger = ledger_for("uk-d-behind-overdraft", seed, size, opening_cents=60_000)
    shape = columns("date|Date|60", "words|Description|200", "in|Money In (£)|75|r", "out|Money Out (£)|75|r", "balance|Balance (£)|80|r")
    rows = tuple(
        Entry(
            tuple(
                {**line, "balance": line["balance"].lstrip("-") + " D"} if line.get("balance", "").startswith("-") else line
                for line in entry.lines
            )
        )
        for entry in entries(form, ledger)
    )
    facts = Facts(
        (
            ("Balance on " + day(ledger.rows[0].day, "%d %B %Y"), "£" + form.total(ledger.opening_cents)),
            ("Money In", "£" + form.money(ledger.paid_in_cents)),
            ("Money Out", "£" + form.money(ledger.paid_out_cents)),
        )
    )
    return drawn((*head("Loch & Moor Bank", ledger, form), facts, one_table(shape, rows)), ledger, form)


def two_accounts(name: str, shape: tuple[Column, ...], form: Form, bank: str, seed: str, size: int) -> Drawn:
    """Two accounts in one print, each with its own balances."""
    parts: list[Element] = [*head(bank, ledger_for(name, seed, size), form)[:3], Text("Your accounts", 11)]
    rows: list[Row] = []
    for at, number in enumerate(("11112222", "33334444")):
        ledger = replace(ledger_for(f"{name}/{at}", seed, size // 2 + 2), number=number)
        parts += head(bank, ledger, form, title=f"Account {at + 1}")[3:]
        parts.append(
            one_table(
                shape,
                (
                    mark("Opening balance", form.total(ledger.opening_cents), day(ledger.rows[0].day, form.form)),
                    *entries(form, ledger),
                    mark("Closing balance", form.total(ledger.closing_cents), day(ledger.rows[-1].day, form.form)),
                ),
            )
        )
        rows += ledger.rows
    return Drawn(Print(tuple(parts)), Expected(Answer.READ, tuple(rows), accounts=2))


def uk_two(seed: str, size: int) -> Drawn:
    """Two accounts in one print."""
    shape = columns("date|Date|75", "words|Description|200", "out|Paid out|75|r", "in|Paid in|75|r", "balance|Balance|80|r")
    return two_accounts("uk-two-accounts", shape, Form("%d %b %Y"), "Severn Building Society", seed, size)


def behind_letter(seed: str, size: int) -> Drawn:
    """A letter first; pound signs before each figure."""
    form = Form("%d %B %Y", wrap="£{}", balance_wrap="£{}", lines=2)
    ledger = ledger_for("uk-behind-letter", seed, size)
    shape = columns("date|Date|90", "words|Details|190", "out|Money out|75|r", "in|Money in|75|r", "balance|Balance|80|r")
    return drawn(
        (
            *LETTER,
            *head("Severn Building Society", ledger, form),
            summary(ledger, form, ("Start balance", "Money in", "Money out", "End balance")),
            one_table(shape, entries(form, ledger)),
        ),
        ledger,
        form,
    )


def sectioned(ledger: Ledger, form: Form, minus: bool, totals: bool) -> list[Element]:
    """Deposits and withdrawals apart, each with its sum."""
    shape = columns("date|Date|60", "words|Description|330", "amount|Amount|90|r")
    parts: list[Element] = []
    for title, inwards in (("Deposits and additions", True), ("Withdrawals and other debits", False)):
        rows = tuple(row for row in ledger.rows if (row.cents > 0) is inwards)
        shown = rows if minus or inwards else tuple(replace(row, cents=-row.cents) for row in rows)
        part = replace(ledger, rows=shown)
        total = form.money(sum(row.cents for row in shown))
        closing = (Entry(({"words": f"Total {title.lower()}", "amount": total},)),) if totals else ()
        parts += [Text(title, 11), one_table(shape, (*entries(form, part), *closing))]
    return parts


def sections(seed: str, size: int) -> Drawn:
    """Month and day without a year, sections of one sign, daily balances in a table of their own below."""
    form = Form("%m/%d", balance="none", wrap="{}", lines=2)
    ledger = ledger_for("us-sections", seed, size)
    ends = {row.day: row.balance_cents for row in ledger.rows}
    shape = columns("date|Date|60", "balance|Balance|90|r")
    daily = one_table(shape, tuple(Entry(({"date": day(one, "%m/%d"), "balance": form.total(cents)},)) for one, cents in ends.items()))
    facts = summary(ledger, form, ("Beginning Balance", "Deposits and additions", "Withdrawals and other debits", "Ending Balance"))
    return drawn(
        (
            *head("Lakeshore National Bank", ledger, form, "%B %d, %Y", joined=" through "),
            facts,
            *sectioned(ledger, form, minus=False, totals=True),
            Text("Daily ending balance", 11),
            daily,
        ),
        in_sections(ledger, form),
        replace(form, lines=1),
    )


def in_sections(ledger: Ledger, form: Form) -> Ledger:
    """The rows in the order of the sections, with the words of all their lines: each section counts its rows from its first."""
    parts = (replace(ledger, rows=tuple(row for row in ledger.rows if (row.cents > 0) is inwards)) for inwards in (True, False))
    return replace(ledger, rows=tuple(row for part in parts for row in spoken(form, part).rows))


def reorder(ledger: Ledger) -> Ledger:
    """The rows in the order of the sections."""
    return replace(ledger, rows=tuple(sorted(ledger.rows, key=lambda row: row.cents < 0)))


def sections_minus(seed: str, size: int) -> Drawn:
    """Withdrawals negative in their section, dollar signs on sums only."""
    form = Form("%m/%d/%y", balance="none")
    ledger = ledger_for("us-sections-minus", seed, size)
    facts = Facts(
        (
            ("Beginning balance", "$" + form.total(ledger.opening_cents)),
            ("Deposits and other additions", form.money(ledger.paid_in_cents)),
            ("Withdrawals and other subtractions", form.money(-ledger.paid_out_cents)),
            ("Ending balance", "$" + form.total(ledger.closing_cents)),
        )
    )
    return drawn(
        (*head("Prairie Trust", ledger, form, "%B %d, %Y"), facts, *sectioned(ledger, form, minus=True, totals=True)), reorder(ledger), form
    )


def register(seed: str, size: int) -> Drawn:
    """Month first with years, one signed amount and a balance."""
    form = Form("%m/%d/%Y", wrap="{}", lines=2)
    ledger = ledger_for("us-signed-register", seed, size)
    shape = columns("date|Date|75", "words|Description|230", "amount|Amount|85|r", "balance|Balance|85|r")
    return drawn(
        (
            *head("Prairie Trust", ledger, form, "%m/%d/%Y", joined=" - "),
            summary(ledger, form, ("Beginning Balance", "", "", "Ending Balance")),
            one_table(shape, entries(form, ledger)),
        ),
        ledger,
        form,
    )


def cannot_tell(seed: str, size: int) -> Drawn:
    """No day above 12, no country, no currency: day or month first cannot be known."""
    form = Form("%m/%d/%Y")
    ledger = ledger_for("xx-days-below-13", seed, min(size, 20), days_to_12=True)
    shape = columns("date|Date|75", "words|Description|230", "amount|Amount|85|r", "balance|Balance|85|r")
    facts = Facts(
        (
            ("Account", ledger.number),
            ("Opening balance", form.total(ledger.opening_cents)),
            ("Closing balance", form.total(ledger.closing_cents)),
        )
    )
    return drawn(
        (Text("Community Bank", 14), facts, one_table(shape, entries(form, ledger))),
        ledger,
        form,
        answer=Answer.REFUSE,
        reason_any=("day", "month", "ambig"),
    )


def checks(seed: str, size: int) -> Drawn:
    """A column of check numbers, additions before subtractions, the balance at the day's end."""
    form = Form("%-m/%-d", balance="daily", lines=2)
    ledger = ledger_for("us-daily-balance-checks", seed, size)
    shape = columns(
        "date|Date|45",
        "check|Check Number|70",
        "words|Description|200",
        "in|Deposits/ Additions|75|r",
        "out|Withdrawals/ Subtractions|80|r",
        "balance|Ending daily balance|70|r",
    )
    facts = summary(ledger, form, ("Beginning balance", "Deposits/Additions", "Withdrawals/Subtractions", "Ending balance"))
    totals = Entry(({"words": "Totals", "in": form.money(ledger.paid_in_cents), "out": form.money(ledger.paid_out_cents)},))
    return drawn(
        (*head("Canyon Bank", ledger, form, "%B %d, %Y", joined=" - "), facts, one_table(shape, (*entries(form, ledger), totals))),
        ledger,
        form,
    )


def us_two(seed: str, size: int) -> Drawn:
    """Two accounts, month first."""
    shape = columns("date|Date|75", "words|Description|200", "out|Debits|75|r", "in|Credits|75|r", "balance|Balance|80|r")
    return two_accounts("us-two-accounts", shape, Form("%m/%d/%Y"), "Canyon Credit Union", seed, size)


def lakh(seed: str, size: int) -> Drawn:
    """Indian groups, short years, a reference and a value day between words and figures."""
    form = Form("%d/%m/%y", style="in", lines=2, fixed={"ref": "0000123456"})
    ledger = ledger_for("in-lakh-groups", seed, size, opening_cents=25_000_000)
    shape = columns(
        "date|Date|55",
        "words|Narration|170",
        "ref|Chq./Ref.No.|75",
        "value|Value Dt|55",
        "out|Withdrawal Amt.|80|r",
        "in|Deposit Amt.|75|r",
        "balance|Closing Balance|80|r",
    )
    facts = summary(ledger, form, ("Opening Balance", "Credits", "Debits", "Closing Bal"))
    return drawn(
        (*head("Ganga Bank Ltd.", ledger, form, "%d/%m/%Y"), one_table(shape, entries(form, ledger)), Text("STATEMENT SUMMARY :-"), facts),
        ledger,
        form,
    )


def dr_cr(seed: str, size: int) -> Drawn:
    """Dr and Cr in parentheses behind amounts and balances."""
    form = Form("%d-%b-%Y", style="in", negative="DR", balance_negative="DR", wrap="{}")
    ledger = ledger_for("in-dr-cr-behind", seed, size, opening_cents=25_000_000)
    shape = columns("date|Date|75", "words|Particulars|210", "amount|Amount|95|r", "balance|Balance|105|r")
    rows = tuple(
        Entry(
            tuple(
                {
                    key: cell.replace(" DR", "(Dr)").replace(" CR", "(Cr)") if key in {"amount", "balance"} else cell
                    for key, cell in line.items()
                }
                for line in entry.lines
            )
        )
        for entry in entries(form, ledger)
    )
    opening = mark("OPENING BALANCE", form.total(ledger.opening_cents).replace(" CR", "(Cr)"), day(ledger.rows[0].day, form.form))
    return drawn((*head("Deccan Bank", ledger, form, "%d-%b-%Y"), one_table(shape, (opening, *rows))), ledger, form)


def serial_numbers(seed: str, size: int) -> Drawn:
    """A serial number first, value and transaction day, a cheque column."""
    form = Form("%d/%m/%Y", style="in")
    ledger = ledger_for("in-serial-number", seed, size, opening_cents=25_000_000)
    shape = columns(
        "n|S No.|35",
        "value|Value Date|65",
        "date|Transaction Date|75",
        "words|Transaction Remarks|160",
        "out|Withdrawal Amount (INR)|80|r",
        "in|Deposit Amount (INR)|75|r",
        "balance|Balance (INR)|80|r",
    )
    rows = tuple(Entry(({"n": str(at + 1), **entry.lines[0]}, *entry.lines[1:])) for at, entry in enumerate(entries(form, ledger)))
    return drawn((*head("Malabar Bank", ledger, form, "%d/%m/%Y"), one_table(shape, rows)), ledger, form)


R, C, T = Maker.REPORTLAB, Maker.CHROMIUM, Maker.TYPST
KINDS = (
    PrintKind("uk-day-once-balance-daily", C, "day once, balance daily, brought and carried forward", paid_out_in),
    PrintKind("uk-d-behind-overdraft", R, "D behind an overdraft", d_behind),
    PrintKind("uk-two-accounts", C, "two accounts in one print", uk_two),
    PrintKind("uk-behind-letter", T, "a letter first, month names in full", behind_letter),
    PrintKind("us-sections", R, "sections of one sign, month/day without years", sections),
    PrintKind("us-sections-minus", T, "sections, withdrawals negative", sections_minus),
    PrintKind("us-signed-register", C, "month first, one signed amount", register),
    PrintKind("xx-days-below-13", R, "day or month first cannot be known", cannot_tell),
    PrintKind("us-daily-balance-checks", C, "check numbers, balance at the day's end", checks),
    PrintKind("us-two-accounts", R, "two accounts, month first", us_two),
    PrintKind("in-lakh-groups", C, "Indian groups, a value day before the figures", lakh),
    PrintKind("in-dr-cr-behind", R, "(Dr) and (Cr) behind figures", dr_cr),
    PrintKind("in-serial-number", T, "serial numbers, two days", serial_numbers),
)
