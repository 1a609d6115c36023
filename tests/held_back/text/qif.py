"""QIF files."""

from tests.held_back.kind import Answer, Expected, Kind, Sample
from tests.held_back.ledger import Ledger, account
from tests.held_back.writing import number


def body(ledger: Ledger, form: str, style: str, head: str, extra: str, words: str) -> str:
    """The records of a file: `words` is the record's text with {words}."""
    lines = [head]
    for row in ledger.rows:
        lines += [f"D{row.day.strftime(form)}"] + ([extra] if extra else [])
        lines += [f"T{number(row.cents, style)}", words.format(words=row.words), "^"]
    return "\n".join(lines) + "\n"


def qif(
    name: str,
    source: str,
    fact: str,
    form: str,
    style: str = "us",
    head: str = "!Type:Bank",
    extra: str = "",
    words: str = "P{words}",
    answer: Answer = Answer.READ,
    reason_any: tuple[str, ...] = (),
    days_to_12: bool = False,
    language: str = "en",
    encoding: str = "utf-8",
) -> Kind:
    """A kind of QIF file."""

    def make(seed: str) -> Sample:
        ledger = account(f"{name}/{seed}", 8, language, days_to_12=days_to_12)
        content = body(ledger, form, style, head, extra, words)
        if name == "qif-day-in-memo":
            content = content.replace("\nD", "\nM")
        expected = Expected(answer, ledger.rows, reason_any=reason_any, with_balances=False)
        return Sample(f"{name}.qif", content.encode(encoding), expected)

    return Kind(name, source, fact, make)


def moneyed(seed: str) -> Sample:
    """A file of Microsoft Money: the first record is the opening balance with the account's name in brackets."""
    ledger = account(f"qif-money/{seed}", 8)
    first = "!Type:Bank\nD01/03'2025\nT2500.00\nCX\nPOpening Balance\nL[Everyday]\n^\n"
    content = first + body(ledger, "%d/%m'%Y", "plain", "", "CX", "P{words}").lstrip("\n")
    return Sample("qif-money.qif", content.encode(), Expected(Answer.READ, ledger.rows, with_balances=False))


INVESTMENT = "!Type:Invst\nD03/31/2025\nNBuy\nYACME\nI10.00\nQ5\nT50.00\n^\n"
MMEX = "moneymanagerex/moneymanagerex"

KINDS = (
    qif("qif-day-first", "kenlasko/monize#151", "day, month, year with slashes", "%d/%m/%Y"),
    qif("qif-quicken-apostrophe", "sgoley/quicken-mcp-server#1", "month, day padded with a blank, apostrophe, short year", "%-m/%e'%y"),
    qif(
        "qif-amex-month-names",
        "we-promise/sure#2498",
        "day, month name, year; a number of digits; an empty memo",
        "%d %b %Y",
        extra="N20250303",
        words="P{words}\nM",
    ),
    qif("qif-iso", f"{MMEX}#369", "ISO days", "%Y-%m-%d", style="plain"),
    qif(
        "qif-dots-apostrophe",
        f"{MMEX}#5602",
        "points and an apostrophe before the year; categories",
        "%d.%m'%Y",
        style="plain",
        words="P{words}\nLFood:Bakery",
    ),
    qif(
        "qif-day-in-memo",
        "actualbudget/actual#1932",
        "the day stands in the memo, no record has one",
        "%m/%d/%Y",
        answer=Answer.EITHER,
        reason_any=("date", "day"),
    ),
    qif(
        "qif-days-below-13",
        f"{MMEX}#4317",
        "no day above 12",
        "%d/%m/%Y",
        days_to_12=True,
        answer=Answer.REFUSE,
        reason_any=("day", "month"),
    ),
    qif(
        "qif-card-commas",
        "OCA/bank-statement-import#185",
        "a card; commas between thousands; words in the memo",
        "%d/%m/%Y",
        head="!Type:CCard",
        words="M{words}",
    ),
    qif(
        "qif-comma-decimals",
        "French exports in QIF",
        "a decimal comma; code page 1252",
        "%d/%m/%Y",
        style="comma",
        language="fr",
        encoding="cp1252",
    ),
    qif(
        "qif-lower-case-type", f"{MMEX}#721", "the type in small letters and a blank behind", "%Y-%m-%d", head="!type:bank ", style="plain"
    ),
    Kind("qif-money", "kenlasko/monize#151", "the opening balance as the first record", moneyed),
    Kind(
        "qif-investment",
        "QIF files of brokers",
        "investment records",
        lambda _seed: Sample("qif-investment.qif", INVESTMENT.encode(), Expected(Answer.REFUSE, reason_any=("investment", "invst"))),
    ),
)
