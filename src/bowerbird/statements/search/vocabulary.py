"""Words that banks print: headings of columns, labels of balances and totals, forms of dates.

They are priors, never proofs: a word proposes what a figure is, and arithmetic decides.
"""

from __future__ import annotations

import re

from bowerbird.sdk.statement_layout import Column, FigureKind, TableMarker
from bowerbird.statements.pdf.printed_dates import ANY_DATE, date_pattern

_UNIT = r"(?:\((?:a?\$|aud)\)|a?\$|aud)?"

DATE_HEADING = re.compile(r"(?:transaction|post(?:ing|ed)?|processed|effective|value)?date")
"""The heading above the dates, in compact text."""

MONEY_HEADINGS = {
    Column.AMOUNT: re.compile(rf"(?:transaction)?(?:amounts?|debits?/credits?|value){_UNIT}"),
    Column.DEBIT: re.compile(rf"(?:debits?|withdrawals?|withdrawn|moneyout|paidout|payments?|charges){_UNIT}"),
    Column.CREDIT: re.compile(rf"(?:credits?|deposits?|deposited|moneyin|paidin|receipts){_UNIT}"),
    Column.BALANCE: re.compile(rf"(?:running|account)?balances?{_UNIT}"),
}
"""The headings above the figures, in compact text. An amount may be called by both names of a debit and a credit, so it goes first."""

_AT = rf"(?:(?:asat|ason|at|on|asof|as)?:?(?:{ANY_DATE}))?"
_TOTAL = r"(?:total(?:amountof|of)?|sumof)"

ANCHORS = {
    FigureKind.OPENING: re.compile(rf"(?:your|statement|account)?(?:opening|previous|starting|beginning)(?:account)?balance{_AT}"),
    FigureKind.CLOSING: re.compile(rf"(?:your|statement|account)?(?:closing|ending|new)(?:account)?balance{_AT}"),
    FigureKind.DEBITS: re.compile(
        rf"{_TOTAL}(?:debits?|withdrawals?|moneyout|paidout|payments?out|charges)|newtransactionsandcharges|"
        r"(?:newpurchases|purchases)andcharges"
    ),
    FigureKind.CREDITS: re.compile(rf"{_TOTAL}(?:credits?|deposits?|moneyin|paidin|payments?in)|payments?(?:/|and|&)(?:refunds?|credits?)"),
}
"""What a figure outside the rows says, by its label in compact text."""

MARKS = (
    (TableMarker.OPENING, re.compile(rf"(?:statement|account)?opening(?:account)?balance{_AT}")),
    (TableMarker.CLOSING, re.compile(rf"(?:statement|account)?closing(?:account)?balance{_AT}")),
    (TableMarker.RUNNING, re.compile(r"(?:balance)?(?:brought|carried)forward")),
    (TableMarker.PAGE_TOTALS, re.compile(r"totalsatendofpage|pagetotals?")),
    (TableMarker.TOTALS, re.compile(r"totalsatendofperiod|transactiontotals?|totals?")),
)
"""Lines of a table that are no transactions, by their whole text."""

MARK_TAIL = re.compile(r"[:.…]*\Z")
MARK_HEAD = re.compile(r"(?:20\d\d)?")

SKIPS = re.compile(r"20\d\d|continued.{0,30}|page\d+of\d+|therearenotransactionstodisplay\.?")
"""Whole lines of a table that say nothing of a transaction."""
NOTES = re.compile(r"(?:interestrate|creditinterestearned)[a-z]*?(?=ason?of|asat|asof|from|onthis|\d|\Z)")
"""Beginnings of lines that tell a rate or a sum and move no money."""

BLANK_WORDS = frozenset({"blank"})
NIL_WORDS = frozenset({"nil"})

PERIOD_STARTS = re.compile(r"(?:statement|period)?(?:starts|startdate|startsfrom|from|periodstart)")
PERIOD_ENDS = re.compile(r"(?:statement|period)?(?:ends|enddate|to|periodend)")

ACCOUNT_LABEL = re.compile(
    r"(?!(?:statement|page|bsb|branch|customer|client|phone|reference|abn|afsl|invoice))"
    r"(?:(?:[a-z]{0,40}?)(?:account|acct|acc|card|loan)(?:id)?\.?(?:number|no\.?|num\.?):?|[a-z ]{3,30}number:?|account:?)"
)
UNLABELLED_ACCOUNTS = (
    r"BSB:? ?(?P<bsb>\d{3}[ -]?\d{3})\W+(?:Account|Acct|Acc)\.?(?: (?:No|Number)\.?)?:? ?(?P<number>\d(?:[ -]?\d){4,11})(?!\d)",
    r"(?P<bsb>\d{3}-\d{3})[ -]+(?P<number>\d(?:[ -]?\d){4,9})(?!\d)",
)
"""How BSB and account stand together where no label begins the text."""
BSB_LABEL = re.compile(r"(?:branch)?(?:number|no\.?)?\(?bsb\)?(?:number|no\.?)?")
HOLDER_LABEL = re.compile(r"(?:account)?name:|accountholder:?|accountname:?")

OWED_WORDS = ("creditlimit", "minimumpayment", "loan", "mortgage", "amountowing", "creditcard")
"""A document that holds none of them is no document of a debt, so a figure without CR or DR is money held."""

DATE_FORMS = (
    "d MMM yyyy", "d MMMM yyyy", "d MMM yy", "d MMM", "d/M/yyyy", "d/M/yy", "d/M", "M/d/yyyy", "M/d/yy", "M/d",
    "d.M.yyyy", "d.M.yy", "d-M-yyyy", "d-M-yy", "M-d-yyyy", "M-d-yy",
    "d-MMM-yyyy", "d-MMM-yy", "d-MMM", "yyyy-MM-dd",
)  # fmt: skip
"""Forms of dates, the longer ones of a kind first."""

DATE_REGEXES = {form: re.compile(date_pattern(form) + r"(?![A-Za-z0-9])", re.IGNORECASE) for form in DATE_FORMS}
GLUED_REGEXES = {form: re.compile(date_pattern(form), re.IGNORECASE) for form in DATE_FORMS}
LONG_FORMS = tuple(form for form in DATE_FORMS if "y" in form)

_SPACED_DATE = re.compile("|".join(re.sub(r"\(\?P<\w+>", "(?:", date_pattern(form)) for form in LONG_FORMS), re.IGNORECASE)


def without_dates(text: str) -> str:
    """A label with `{date}` where it says a date, so that it fits the next statement too."""
    return _SPACED_DATE.sub("{date}", text)
