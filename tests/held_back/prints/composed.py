"""Kinds of print composed by dice: country, form of days and figures, columns, signs, balances and what stands around the rows.

No kind was chosen: the first score of a reader on new dice is one that it was not repaired for.
"""

import random
from dataclasses import dataclass, replace

from tests.held_back.ledger import Ledger
from tests.held_back.prints.model import Cells, Column, Drawn, Element, Entry, Facts, Form, Maker, PrintKind, Text, entries, mark
from tests.held_back.prints.parts import COUNTRY, drawn, head, ledger_for, one_table
from tests.held_back.writing import day

PLAIN_DAYS = ("%d/%m/%Y", "%d %b %Y", "%d-%b-%y", "%d/%m/%y", "%d %b", "%d %B %Y", "%Y-%m-%d")
POINT_DAYS = ("%d.%m.%Y", "%d.%m.%y", "%d.%m.")


@dataclass(frozen=True)
class Country:
    """What prints of a country have in common: `labels` are opening, paid in, paid out and closing."""

    days: tuple[str, ...]
    styles: tuple[str, ...]
    language: str
    labels: tuple[tuple[str, str, str, str], ...]
    headings: dict[str, tuple[str, ...]]
    joined: tuple[str, ...]
    marks: tuple[str, ...]


ENGLISH = {
    "date": ("Date", "Posting date", "Transaction date"),
    "value": ("Value date", "Effective date"),
    "words": ("Description", "Details", "Particulars", "Narrative"),
    "out": ("Debit", "Withdrawals", "Paid out", "Money out"),
    "in": ("Credit", "Deposits", "Paid in", "Money in"),
    "amount": ("Amount",),
    "balance": ("Balance", "Running balance"),
    "ref": ("Reference", "Cheque no."),
}
GERMAN = {
    "date": ("Buchungstag", "Datum"),
    "value": ("Wertstellung", "Valuta"),
    "words": ("Verwendungszweck", "Buchungstext"),
    "out": ("Belastung", "Soll"),
    "in": ("Gutschrift", "Haben"),
    "amount": ("Betrag", "Umsatz"),
    "balance": ("Saldo", "Kontostand"),
    "ref": ("Beleg",),
}
FRENCH = {
    "date": ("Date", "Date opération"),
    "value": ("Date valeur", "Valeur"),
    "words": ("Libellé", "Opération"),
    "out": ("Débit",),
    "in": ("Crédit",),
    "amount": ("Montant",),
    "balance": ("Solde",),
    "ref": ("Réf.",),
}
JAPANESE = {
    "date": ("日付", "取引日"),
    "value": ("起算日",),
    "words": ("摘要", "取引内容"),
    "out": ("お引出し金額", "出金"),
    "in": ("お預入れ金額", "入金"),
    "amount": ("金額",),
    "balance": ("残高", "差引残高"),
    "ref": ("番号",),
}
IN_ENGLISH = (
    ("Opening balance", "Total credits", "Total debits", "Closing balance"),
    ("Previous balance", "Total deposits", "Total withdrawals", "New balance"),
    ("Beginning balance", "Money in", "Money out", "Ending balance"),
)
IN_GERMAN = (
    ("Anfangssaldo", "Summe Gutschriften", "Summe Belastungen", "Endsaldo"),
    ("Alter Saldo", "Eingänge", "Ausgänge", "Neuer Saldo"),
)
IN_FRENCH = (("Ancien solde", "Total des crédits", "Total des débits", "Nouveau solde"),)
IN_JAPANESE = (("前月残高", "入金合計", "出金合計", "期末残高"),)
SIGNS = ("-", "trail", "()", "DR")
COUNTRIES = {
    "au": Country(PLAIN_DAYS, ("us", "plain"), "en", IN_ENGLISH, ENGLISH, (" to ", " - "), SIGNS),
    "nz": Country(PLAIN_DAYS, ("us",), "en", IN_ENGLISH, ENGLISH, (" to ", " - "), SIGNS),
    "uk": Country(PLAIN_DAYS, ("us",), "en", IN_ENGLISH, ENGLISH, (" to ", " - "), SIGNS),
    "us": Country(("%m/%d/%Y", "%m/%d", "%b %d", "%m/%d/%y"), ("us",), "en", IN_ENGLISH, ENGLISH, (" through ", " - "), SIGNS),
    "in": Country(PLAIN_DAYS, ("in",), "en", IN_ENGLISH, ENGLISH, (" to ", " - "), SIGNS),
    "za": Country(PLAIN_DAYS, ("us", "sp."), "en", IN_ENGLISH, ENGLISH, (" to ", " - "), SIGNS),
    "de": Country(POINT_DAYS, ("eu",), "de", IN_GERMAN, GERMAN, (" bis ", " - "), ("-", "trail")),
    "fr": Country((*POINT_DAYS, "%d/%m/%Y"), ("fr", "sp"), "fr", IN_FRENCH, FRENCH, (" au ",), ("-", "trail")),
    "ch": Country(POINT_DAYS, ("ch", "ch2"), "de", IN_GERMAN, GERMAN, (" - ",), ("-", "trail")),
    "jp": Country(("%Y/%m/%d", "%Y年%m月%d日", "%m/%d"), ("yen",), "ja", IN_JAPANESE, JAPANESE, (" ～ ",), ("-", "\u2212")),
}
PERIODS = {"us": "%B %d, %Y", "jp": "%Y/%m/%d", "de": "%d.%m.%Y", "fr": "%d.%m.%Y", "ch": "%d.%m.%Y"}


@dataclass(frozen=True)
class Composition:
    """One throw of the dice."""

    name: str
    bank: str
    country: Country
    form: Form
    keys: tuple[str, ...]
    headings: tuple[str, ...]
    labels: tuple[str, str, str, str]
    around: str
    joined: str
    period: str


def composed(number: int, salt: str) -> Composition:
    """The composition of this number."""
    dice = random.Random(f"{salt}/{number}")
    code = tuple(COUNTRIES)[number % len(COUNTRIES)]
    country = COUNTRIES[code]
    balance = dice.choice(("each", "each", "each", "daily", "none"))
    one = dice.random() < 0.4
    keys = ["date", "words", *(("amount",) if one else dice.choice((("out", "in"), ("in", "out"), ("-out", "in"))))]
    if dice.random() < 0.3:
        keys.insert(dice.choice((1, 2)), "value")
    if dice.random() < 0.25:
        keys.insert(keys.index("words") + 1, "ref")
    keys += ["balance"] if balance != "none" else []
    form = Form(
        form=dice.choice(country.days),
        style=dice.choice(country.styles),
        negative=dice.choice(country.marks if one else tuple(each for each in country.marks if each != "DR")),
        balance_negative="DR" if "DR" in country.marks and dice.random() < 0.3 else "",
        lines=dice.choice((1, 2, 3)),
        figures=dice.choice(("first", "first", "last")),
        balance=balance,
        once=balance == "daily" and dice.random() < 0.5,
        newest_first=balance == "each" and dice.random() < 0.15,
        fixed={"ref": "480017"} if "ref" in keys else {},
    )
    headings = tuple(dice.choice(country.headings[key.lstrip("-")]) for key in keys)
    places = ("above", "below", "rows") if balance == "none" else ("above", "above", "below", "rows", "rows and totals")
    around = dice.choice(places)
    bank = dice.choice([bank for bank, of in COUNTRY.items() if of == code])
    joined, labels = dice.choice(country.joined), dice.choice(country.labels)
    name = f"{code}-{number:02}"
    return Composition(name, bank, country, form, tuple(keys), headings, labels, around, joined, PERIODS.get(code, "%d %B %Y"))


def draw(one: Composition, seed: str, size: int) -> Drawn:
    """A print of this composition."""
    form, yen = one.form, one.form.style == "yen"
    ledger = ledger_for(one.name, seed, size, one.country.language, 100 if yen else 1, opening_cents=50_000_000 if yen else 2_500_000)
    widths = {"date": 80, "value": 70, "ref": 60, "out": 75, "in": 75, "amount": 85, "balance": 85}
    left = 500 - sum(widths.get(key.lstrip("-"), 0) for key in one.keys if key != "words")
    shape = tuple(
        Column(key, heading, left if key == "words" else widths[key.lstrip("-")], key in {"out", "-out", "in", "amount", "balance"})
        for key, heading in zip(one.keys, one.headings, strict=True)
    )
    facts = _facts(one, ledger)
    rows = entries(form, ledger)
    first, last = _marks(one, ledger)
    if "rows" in one.around:
        rows = (last, *rows, first) if form.newest_first else (first, *rows, last)
    table = one_table(shape, rows)
    above: tuple[Element, ...] = (facts,) if one.around in {"above", "rows and totals"} else ()
    below: tuple[Element, ...] = (facts,) if one.around == "below" else ()
    elements = (*head(one.bank, ledger, form, one.period, joined=one.joined), *above, table, *below, Text(" "))
    words = tuple(replace(row, words=f"{row.words} 480017") for row in ledger.rows) if "ref" in one.keys else ledger.rows
    return drawn(elements, replace(ledger, rows=words), form)


def _facts(one: Composition, ledger: Ledger) -> Facts:
    form, (opening, paid_in, paid_out, closing) = one.form, one.labels
    out = -ledger.paid_out_cents if "-out" in one.keys else ledger.paid_out_cents
    pairs = [(opening, form.total(ledger.opening_cents)), (closing, form.total(ledger.closing_cents))]
    if one.around != "above" or form.balance == "none":
        plain = replace(form, negative="-") if form.negative == "DR" else form
        pairs[1:1] = [(paid_in, plain.money(ledger.paid_in_cents)), (paid_out, plain.money(out))]
    return Facts(tuple(pairs))


def _marks(one: Composition, ledger: Ledger) -> tuple[Entry, Entry]:
    form = one.form
    key = "balance" if "balance" in one.keys else "amount" if "amount" in one.keys else "in"
    dated: Cells = {"date": day(ledger.rows[0].day, form.form)}

    def line(label: str, cents: int, at: str) -> Entry:
        column = key if key != "in" or cents >= 0 else next(each for each in one.keys if each in {"out", "-out"})
        shown = abs(cents) if column == "out" else cents
        return mark(label, form.total(shown) if form.negative != "DR" or key != "in" else form.money(shown).split(" ")[0], at, column)

    return (
        line(one.labels[0], ledger.opening_cents, dated["date"]),
        line(one.labels[3], ledger.closing_cents, day(ledger.rows[-1].day, form.form)),
    )


def kinds(many: int, salt: str) -> tuple[PrintKind, ...]:
    """So many kinds from these dice."""
    made = []
    makers = tuple(Maker)
    for number in range(many):
        one = composed(number, salt)
        what = f"{one.form.form} {one.form.style} {'/'.join(one.keys)} {one.form.negative} {one.form.balance} {one.around}"
        made.append(PrintKind(one.name, makers[number % 3], what, lambda seed, size, one=one: draw(one, seed, size)))  # type: ignore[misc]
    return tuple(made)
