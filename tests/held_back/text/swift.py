"""MT940 files with the differences between banks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from tests.held_back.kind import Answer, Expected, Kind, Sample
from tests.held_back.ledger import Ledger, Row, account
from tests.held_back.writing import number


def amount(cents: int) -> str:
    """An amount with a decimal comma."""
    return number(abs(cents), "comma")


@dataclass(frozen=True)
class Swift:
    """How a bank writes MT940: the lines around the messages, and what stands in each line."""

    start: str = ""
    end: str = "-\r\n"
    entry: str = "%m%d"
    mark: str = ""
    code: str = "NTRFNONREF"
    words: str = ":86:{words}\r\n"
    money: Callable[[int], str] = amount
    statement: str = ":28C:1/1"
    account_line: str = ":25:NL81ASNB9999999999"
    currency: str = "EUR"
    pages: int = 1
    returned: bool = False


def line(how: Swift, row: Row) -> str:
    """One transaction."""
    side = "C" if row.cents > 0 else "D"
    if how.returned:
        side = "RD" if row.cents > 0 else "RC"
    entry = row.day.strftime(how.entry)
    return f":61:{row.day:%y%m%d}{entry}{side}{how.mark}{how.money(row.cents)}{how.code}\r\n" + how.words.format(words=row.words)


def balance(how: Swift, tag: str, day: date, cents: int) -> str:
    """A balance line."""
    return f":{tag}:{'C' if cents >= 0 else 'D'}{day:%y%m%d}{how.currency}{how.money(cents)}\r\n"


def message(how: Swift, ledger: Ledger) -> str:
    """All messages of one account."""
    out, rows = [], ledger.rows
    size = -(-len(rows) // how.pages)
    opening = ledger.opening_cents
    for page in range(how.pages):
        part = rows[page * size : (page + 1) * size]
        first, last = page == 0, page == how.pages - 1
        out.append(f"{how.start}:20:STARTUMS\r\n{how.account_line}\r\n{how.statement}\r\n")
        out.append(balance(how, "60F" if first else "60M", part[0].day, opening))
        out += [line(how, row) for row in part]
        opening = part[-1].balance_cents
        out.append(balance(how, "62F" if last else "62M", part[-1].day, opening) + how.end)
    return "".join(out)


def swift(
    name: str,
    source: str,
    fact: str,
    how: Swift,
    language: str = "de",
    encoding: str = "utf-8",
    opening: int = 250_000,
    first: date = date(2025, 3, 3),
) -> Kind:
    """A kind of MT940 file."""

    def make(seed: str) -> Sample:
        ledger = account(f"{name}/{seed}", 8, language, opening_cents=opening, first=first)
        expected = Expected(Answer.READ, ledger.rows, with_balances=False)
        return Sample(f"{name}.sta", message(how, ledger).encode(encoding, "replace"), expected)

    return Kind(name, source, fact, make)


def year_wrap(seed: str) -> Sample:
    """Value days of January booked in December: the entry day belongs to the year before."""
    content = (
        ":20:X\r\n:25:NL81ASNB9999999999\r\n:28C:1/1\r\n:60F:C201231EUR100,00\r\n"
        ":61:2101071231C2,00NSECNONREF//O/427544477\r\n:86:Dividend\r\n:61:2101080108D1,50NTRFNONREF\r\n:86:Costs\r\n:62F:C210108EUR100,50\r\n-\r\n"
    )
    rows = (Row(date(2020, 12, 31), 200, "Dividend", 10200), Row(date(2021, 1, 8), -150, "Costs", 10050))
    return Sample("mt940-year-wrap.sta", content.encode(), Expected(Answer.READ, rows, with_balances=False))


MT942 = (
    ":20:ST170119CYC/0001\r\n:25:PL29114010810000267002001002\r\n:28C:1/1\r\n:34F:PLN0\r\n:13D:1701191815+0100\r\n"
    ":61:1701190119CN0,01NTRFNONREF//MB1\r\n:86:911 TRANSAKCJA\r\n:90D:0PLN0\r\n:90C:1PLN0,01\r\n-\r\n"
)
TESTS = "wolph/mt940 mt940_tests"
GERMAN = ":86:166?00GUTSCHRIFT?100399?20SVWZ+{words}?32ERIKA BEISPIEL?34000\r\n"

KINDS = (
    swift(
        "mt940-asn-blanks",
        f"{TESTS}/ASNB/mt940_with_spaces_for_entry_date.txt",
        "blanks for the entry day; SWIFT blocks around; empty lines in the words",
        Swift(
            start="{1:F01ASNBNL21XXXX0000000000}{2:O940ASNBNL21XXXXN}{3:}{4:\r\n",
            end="-}{5:}\r\n",
            entry="    ",
            code="NOVBNL47INGB9999999999",
            words="hr sample\r\n:86:NL47INGB9999999999 {words}\r\n\r\n",
        ),
    ),
    swift(
        "mt940-abn",
        f"{TESTS}/jejik/abnamro.sta",
        "three lines of the bank above; :28: without C",
        Swift(start="ABNANL2A\r\n940\r\nABNANL2A\r\n", code="N192NONREF", statement=":28:19321/1", account_line=":25:517852257"),
    ),
    swift(
        "mt940-ing",
        f"{TESTS}/jejik/ing.sta",
        "numbered lines above; no entry day; a blank before the words",
        Swift(
            start="0000 01INGBNL2AXXXX00001\r\n0000 01INGBNL2AXXXX00001\r\n940 00\r\n",
            end="-XXX\r\n",
            entry="",
            words=":86: {words}\r\n",
            account_line=":25:0001234567",
        ),
    ),
    swift(
        "mt940-rabobank",
        f"{TESTS}/jejik/rabobank-iban.sta",
        ":940: first; amounts filled with zeros",
        Swift(
            start=":940:\r\n",
            end="",
            entry="",
            code="N102EREF\r\nNL70ABNA0987654321",
            money=lambda cents: f"{abs(cents) // 100:012},{abs(cents) % 100:02}",
            words=":86:/EREF/01-01/BENM//NAME/{words}/REMI/x\r\n",
            statement=":28C:0",
        ),
    ),
    swift(
        "mt940-sns",
        f"{TESTS}/jejik/sns.sta",
        "the account in the line, words twice, empty lines",
        Swift(code="NIOB0987654321", words="sample s\r\n:86:0987654321 sample s\r\n\r\n{words}\r\n\r\n\r\n"),
    ),
    swift(
        "mt940-postfinance",
        f"{TESTS}/jejik/postfinance.sta",
        "one decimal or none",
        Swift(
            code="FMSC01916//NONREF\r\n20131209007602198765432000000012",
            currency="CHF",
            money=lambda cents: amount(cents).rstrip("0"),
            account_line=":25:123456789",
        ),
    ),
    swift(
        "mt940-triodos",
        f"{TESTS}/jejik/triodos.sta",
        "the bank's name before the account; words behind >20",
        Swift(
            entry="",
            code="N000NONREF",
            words=":86:000>100987654321\r\n>20{words}>310390123456\r\n",
            account_line=":25:TRIODOSBANK/0390123456",
            statement=":28:1",
        ),
    ),
    swift(
        "mt940-sparkasse",
        f"{TESTS}/betterplace/sepa_mt9401.sta",
        "R behind the mark is the currency's third letter; words in fields of ?20",
        Swift(mark="R", code="NMSCNONREF", words=GERMAN, account_line=":25:50880050/0194774600888"),
    ),
    swift(
        "mt940-empty-entry-n",
        f"{TESTS}/betterplace/empty_entry_date.sta",
        "no entry day, N behind the mark",
        Swift(entry="", mark="N", code="NZ10NONREF", currency="PLN"),
    ),
    swift(
        "mt940-pages", "wolph/mt940#23", "two messages joined by :62M: and :60M:", Swift(pages=2, statement=":28C:1/1", code="NCHGNONREF")
    ),
    swift("mt940-debit-opening", f"{TESTS}/cmxl/account_balance_debit.sta", "an overdrawn account", Swift(end="-\r\n"), opening=-900_000),
    swift(
        "mt940-returned",
        "fruitl00p/php-mt940#14",
        "RC and RD: the return of a credit and of a debit",
        Swift(returned=True, code="NRTINONREF", words=GERMAN),
    ),
    swift(
        "mt940-long-reference",
        "wolph/mt940#117",
        "a reference longer than the standard on the second line",
        Swift(entry="", code="FMSCNONREF\r\nBALANCE_CASHBACK-510151a4-4ead-46c5-05ab-99b88521063c", currency="GBP"),
    ),
    swift(
        "mt940-citi",
        f"{TESTS}/citi/mt940.txt",
        "blanks for the entry day, D for dollars behind the mark",
        Swift(
            entry="    ",
            mark="D",
            code="NMSCNONREF//\r\n/ABC/DEF/MISCELLANEOUS",
            currency="USD",
            account_line=":25:123456789",
            statement=":28:1/1",
        ),
        language="en",
    ),
    swift("mt940-latin-1", "willuhn/hbci4java#43", "umlauts in Latin-1", Swift(words=GERMAN, mark="R"), encoding="latin-1"),
    Kind("mt940-year-wrap", "a-fas/mt940js#52", "the entry day lies in the year before the value day", year_wrap),
    Kind(
        "mt942",
        f"{TESTS}/mBank/mt942.sta",
        "an interim report without balances",
        lambda _seed: Sample(
            "mt942.sta",
            MT942.encode(),
            Expected(
                Answer.EITHER, (Row(date(2017, 1, 19), 1, "911", 0),), reason_any=("mt942", "interim", "balance"), with_balances=False
            ),
        ),
    ),
)
