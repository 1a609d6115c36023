"""Text files with a statement missing, a payment named as a balance is, or a number that is none: noticed, never passed over."""

from __future__ import annotations

import re
from itertools import permutations

import pytest

from bowerbird.model.account_numbers import has_wrong_check_digits
from bowerbird.model.card_numbers import mask_card_numbers, masked_card
from bowerbird.statements.camt import read_camt
from bowerbird.statements.mt940 import read_mt940
from bowerbird.statements.refusal import Refused
from bowerbird.statements.statement import WRONG_CHECK_DIGITS, missing_statements
from tests.held_back.reading import reader

IBAN = "DE89370400440532013000"
BALANCE = '<Bal><Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{}</Dt></Dt></Bal>'
ENTRY = '<Ntry><Amt Ccy="EUR">{}</Amt><CdtDbtInd>DBIT</CdtDbtInd><BookgDt><Dt>{}</Dt></BookgDt></Ntry>'


def statement(day: int, opening: int, paid: int) -> str:
    at = f"2026-03-{day:02}"
    balances = BALANCE.format("OPBD", f"{opening}.00", at) + BALANCE.format("CLBD", f"{opening - paid}.00", at)
    return f"<Stmt><Acct><Id><IBAN>{IBAN}</IBAN></Id></Acct>{balances}{ENTRY.format(f'{paid}.00', at)}</Stmt>"


ROOT = '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">'
DAYS = (statement(2, 900, 10), statement(3, 890, 20), statement(4, 870, 30))


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_statements_of_one_account_are_joined_in_any_order(order: tuple[int, ...]) -> None:
    (account,) = read_camt(f"{ROOT}{''.join(DAYS[place] for place in order)}</Document>", 100)
    assert (account.account.balance, len(account.transactions)) == (84000, 3)


def test_the_statement_that_stands_twice_is_taken_once() -> None:
    (account,) = read_camt(f"{ROOT}{''.join((*DAYS, DAYS[1]))}</Document>", 100)
    assert len(account.transactions) == 3


@pytest.mark.parametrize("order", [(0, 2), (2, 0)])
def test_a_statement_that_is_missing_between_two_is_noticed(order: tuple[int, ...]) -> None:
    with pytest.raises(Refused) as refused:
        read_camt(f"{ROOT}{''.join(DAYS[place] for place in order)}</Document>", 100)
    assert "one between them is missing" in refused.value.detail
    assert "870.00" in refused.value.detail


def test_a_gap_between_two_is_noticed_though_a_later_statement_says_no_opening_balance() -> None:
    bare = statement(6, 840, 5).replace(BALANCE.format("OPBD", "840.00", "2026-03-06"), "")
    with pytest.raises(Refused) as refused:
        read_camt(f"{ROOT}{DAYS[0]}{DAYS[2]}{bare}</Document>", 100)
    assert "one between them is missing" in refused.value.detail
    (account,) = read_camt(f"{ROOT}{DAYS[0]}{DAYS[1]}{bare}</Document>", 100)
    assert len(account.transactions) == 3


def message(number: str, *sums: str, opening: str = "C260302EUR100,00", closing: str = "C260302EUR100,00") -> str:
    rows = "".join([f":61:2603020302{found}NTRFNONREF\n:86:Markt\n" for found in sums])
    return f":20:A\n:25:37040044/532013000\n:28C:{number}\n:60F:{opening}\n{rows}:62F:{closing}\n-\n"


def test_two_mt940_statements_that_move_nothing_in_all_are_two_by_their_numbers() -> None:
    first, second = (message(number, "D10,00", "C10,00") for number in ("1/1", "2/1"))
    assert [len(account.transactions) for account in read_mt940(first + second, 100)] == [4]
    assert [len(account.transactions) for account in read_mt940(first + first, 100)] == [2]


PAGES = [("1/2", ""), ("1/1", ""), ("2/9", ""), ("1/3", "Page 2 is not"), ("001/00004", "Page 2 is not")]


@pytest.mark.parametrize(("number", "missing"), PAGES)
def test_a_page_between_two_of_an_mt940_statement_is_missed(number: str, missing: str) -> None:
    """What it moves may be nothing in all, so that balances meet without it."""
    first, second = message("1/1", "D10,00", "C10,00"), message(number, "D5,00", "C5,00")
    assert [len(account.transactions) for account in read_mt940(first + second, 100)] == [4]
    text = first.replace(":62F:", ":62M:") + second.replace(":60F:", ":60M:")
    if not missing:
        assert [len(account.transactions) for account in read_mt940(text, 100)] == [4]
        return
    with pytest.raises(Refused) as refused:
        read_mt940(text, 100)
    assert missing in refused.value.detail


@pytest.mark.parametrize(
    ("old", "new", "missing"), [(":60F:", ":60M:", "page before it is not in"), (":62F:", ":62M:", "page behind it is not in")]
)
def test_one_page_of_an_mt940_statement_is_not_the_whole(old: str, new: str, missing: str) -> None:
    first, second = (
        message("17/1", "D10,00", closing="C260302EUR90,00"),
        message("17/2", "D5,00", opening="C260302EUR90,00", closing="C260302EUR85,00"),
    )
    pages = first.replace(":62F:", ":62M:") + second.replace(":60F:", ":60M:")
    assert [len(account.transactions) for account in read_mt940(pages, 100)] == [2]
    for text in (first.replace(old, new), first.replace(":62F:", ":62M:") + second if old == ":62F:" else first + second.replace(old, new)):
        with pytest.raises(Refused) as refused:
            read_mt940(text, 100)
        assert missing in refused.value.detail


def test_a_statement_that_moves_nothing_is_missed_by_the_numbers() -> None:
    (account,) = read_mt940(message("17/1", "D10,00", "C10,00") + message("19/1", "D5,00", "C5,00"), 100)
    assert account.notes == (missing_statements(17, 19),)
    assert "statement 18;" in account.notes[0]
    (account,) = read_mt940(message("17/1", "D10,00", "C10,00") + message("18/1", "D5,00", "C5,00"), 100)
    assert not account.notes


def numbered(text: str, number: int, ident: str = "") -> str:
    names = f"<Id>{ident or number}</Id>" + f"<ElctrncSeqNb>{number}</ElctrncSeqNb>" * (number > 0)
    return text.replace("<Stmt>", f"<Stmt>{names}")


def test_a_camt_statement_that_moves_nothing_is_missed_by_the_numbers() -> None:
    first, second, third = (numbered(text, number) for text, number in zip(DAYS, (17, 18, 20), strict=True))
    (account,) = read_camt(f"{ROOT}{third}{first}{second}</Document>", 100)
    assert account.notes == (missing_statements(18, 20),)


def paged(text: str, number: int, *, last: bool) -> str:
    paging = f"<StmtPgntn><PgNb>{number}</PgNb><LastPgInd>{'true' if last else 'false'}</LastPgInd></StmtPgntn>"
    return text.replace("<Stmt>", f"<Stmt><Id>A</Id>{paging}")


PAGE_ONE = paged(statement(2, 900, 10), 1, last=False).replace("CLBD", "ITBD")
PAGE_TWO = paged(statement(2, 890, 20), 2, last=True).replace("OPBD", "ITBD")
WHOLE_PAGES = [PAGE_ONE + PAGE_TWO, PAGE_TWO + PAGE_ONE, PAGE_ONE.replace("890.00", "870.00").replace("ITBD", "CLBD") + PAGE_TWO]


@pytest.mark.parametrize("text", WHOLE_PAGES, ids=["in order", "turned", "the balances of the statement on each page"])
def test_the_pages_of_a_camt_statement_are_one(text: str) -> None:
    (account,) = read_camt(f"{ROOT}{text}</Document>", 100)
    assert (account.account.balance, account.proved, [row.amount for row in account.transactions]) == (87000, 1, [-1000, -2000])


PAGING = "<GrpHdr><MsgPgntn><PgNb>{}</PgNb><LastPgInd>{}</LastPgInd></MsgPgntn></GrpHdr>"
PARTS = {
    "first page": (PAGE_ONE, "the page behind page 1 is not in"),
    "last page": (PAGE_TWO, "page 1 is not in"),
    "a page that adds up": (paged(DAYS[0], 1, last=False), "the page behind page 1 is not in"),
    "a page between": (PAGE_ONE + PAGE_TWO.replace("<PgNb>2", "<PgNb>3"), "page 2 is not in"),
    "a page twice": (PAGE_ONE + PAGE_ONE, "one of two pages of this number"),
    "a balance of a page": (re.sub("(CLBD</Cd></CdOrPrtry>)", r"\1<SubTp><Cd>INTM</Cd></SubTp>", DAYS[0]), "other pages"),
    "a message of several": (
        PAGING.format(1, "false") + DAYS[0], "page 2 is not in"),
    "the end of a message": (PAGING.format(2, "true") + DAYS[0], "page 1 is not in"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "missing"), PARTS.values(), ids=PARTS)
def test_one_page_of_a_camt_statement_is_not_the_whole(text: str, missing: str) -> None:
    with pytest.raises(Refused) as refused:
        read_camt(f"{ROOT}{text}</Document>", 100)
    assert missing in refused.value.detail


def test_an_interim_balance_is_noted_as_no_end() -> None:
    (account,) = read_camt(f"{ROOT}{DAYS[0].replace('CLBD', 'ITBD')}</Document>", 100)
    assert (account.proved, account.account.balance) == (0, None)
    assert "an interim one (ITBD)" in account.notes[0]


STILL = statement(2, 900, 10).replace("</Stmt>", ENTRY.format("10.00", "2026-03-02").replace("DBIT", "CRDT") + "</Stmt>").replace(
    BALANCE.format("CLBD", "890.00", "2026-03-02"), BALANCE.format("CLBD", "900.00", "2026-03-02"))  # fmt: skip
BARE = f"<Stmt><Acct><Id><IBAN>{IBAN}</IBAN></Id></Acct>{ENTRY.format('10.00', '2026-03-02')}</Stmt>"
NAMED = BARE.replace("</Ntry>", "<AcctSvcrRef>R</AcctSvcrRef></Ntry>")
EQUAL = {
    "one id": (numbered(DAYS[0], 0, "A"), numbered(DAYS[0], 0, "A"), 1),
    "another id, and it cannot follow itself": (numbered(DAYS[0], 0, "A"), numbered(DAYS[0], 0, "B"), 1),
    "another id, and it moves nothing": (numbered(STILL, 0, "A"), numbered(STILL, 0, "B"), 0),
    "one id, and it moves nothing": (numbered(STILL, 0, "A"), numbered(STILL, 0, "A"), 2),
    "the bank's references are the same": (
        numbered(NAMED, 0, "A"), numbered(NAMED, 0, "B"), 1),
    "nothing tells": (numbered(BARE, 0, "A"), numbered(BARE, 0, "B"), 0),
}  # fmt: skip


@pytest.mark.parametrize(("one", "other", "rows"), EQUAL.values(), ids=EQUAL)
def test_two_equal_camt_statements_are_one_only_where_something_says_so(one: str, other: str, rows: int) -> None:
    text = f"{ROOT}{one}{other}</Document>"
    if rows:
        (account,) = read_camt(text, 100)
        assert len(account.transactions) == rows
        return
    with pytest.raises(Refused) as refused:
        read_camt(text, 100)
    assert re.search("no balance says whether they are others|days that both statements list", refused.value.detail)


def test_equal_entries_of_two_statements_of_a_day_are_two_where_the_balances_go_on() -> None:
    later = statement(2, 890, 10)
    (account,) = read_camt(f"{ROOT}{DAYS[0]}{later}</Document>", 100)
    assert (account.account.balance, [row.amount for row in account.transactions]) == (88000, [-1000, -1000])
    between = numbered(statement(2, 890, -10).replace("-10.00", "10.00").replace("DBIT", "CRDT"), 18)
    text = f"{ROOT}{numbered(DAYS[0], 17)}{between}{numbered(DAYS[0], 19)}</Document>"
    assert [len(account.transactions) for account in read_camt(text, 100)] == [3]


LISTED = "Date,Description,Amount\n21/03/2026,Opening balance,100.00\n22/03/2026,Bread,-20.00\n{}26/03/2026,Closing balance,70.00\n"


@pytest.mark.parametrize("missing", [False, True])
def test_balances_among_the_rows_of_a_table_must_agree_with_them(*, missing: bool) -> None:
    text = LISTED.format("" if missing else "24/03/2026,Milk,-10.00\n")
    with reader() as context:
        found = context.read(text.encode(), "AU00000", account_number="1")
    assert (found.refusal is not None) is missing
    if found.refusal is not None:
        assert "the rows make another" in found.refusal["reason"] + found.refusal["detail"]


SALDO = "Datum;Text;Betrag\n02.03.2026;Miete;-700,00\n03.03.2026;{};{}\n04.03.2026;Bäckerei;-12,40\n20.03.2026;Gehalt;2.000,00\n"


@pytest.mark.parametrize("name", ["Saldo", "SALDO", "Solde"])
def test_a_payment_named_as_a_balance_is_not_passed_over(name: str) -> None:
    with reader() as context:
        found = context.read(SALDO.format(name, "-55,10").encode(), "AU00000", account_number="1")
    assert found.refusal is not None
    assert "is not the sum of other rows" in found.refusal["reason"] + found.refusal["detail"]


@pytest.mark.parametrize("name", ["Total", "Closing balance", "Opening balance", "Summe"])
@pytest.mark.parametrize("place", range(3))
def test_a_payment_that_the_running_balance_has_is_a_row_whatever_its_name(name: str, place: int) -> None:
    names = ["Bread", "Milk", "Tea"]
    names[place] = name
    rows = zip((1, 15, 16), names, (-10, -20, -5), (90, 70, 65), strict=True)
    text = "Date,Description,Amount,Balance\n" + "".join(
        [f"{day:02}/03/2026,{name},{sum_}.00,{left}.00\n" for day, name, sum_, left in rows]
    )
    with reader() as context:
        found = context.read(text.encode(), "AU00000", account_number="1")
    assert [row["description"] for row in found.accounts[0]["transactions"]] == names


def test_an_opening_balance_whose_sum_is_its_balance_is_no_money_in() -> None:
    rows = "13/03/2026,Opening balance,100.00,100.00\n14/03/2026,Milk,-20.00,80.00\n15/03/2026,Tea,-5.00,75.00\n"
    with reader() as context:
        found = context.read(f"Date,Description,Amount,Balance\n{rows}".encode(), "AU00000", account_number="1")
    assert [row["description"] for row in found.accounts[0]["transactions"]] == ["Milk", "Tea"]


def test_a_payment_named_balance_is_a_row() -> None:
    with reader() as context:
        found = context.read(SALDO.format("Balance", "-55,10").encode(), "AU00000", account_number="1")
    assert len(found.accounts[0]["transactions"]) == 4


@pytest.mark.parametrize("lines", ["01.03.2026;Saldo;500,00\n{}31.03.2026;Saldo;1.787,60\n", "{}31.03.2026;Saldo;1.287,60\n"])
def test_balances_that_rows_lead_to_are_left_out(lines: str) -> None:
    header, first, _, *rest = SALDO.splitlines(keepends=True)
    with reader() as context:
        found = context.read((header + lines.format("".join((first, *rest)))).encode(), "AU00000", account_number="1")
    assert found.refusal is None
    assert [row["amount"] for row in found.accounts[0]["transactions"]] == ["-700.00", "-12.40", "2000.00"]


@pytest.mark.parametrize("sign", list("._/|:*\t·•–−\u2009\u202f"))
@pytest.mark.parametrize("digits", [("4111", "1111", "1111", "1111"), ("3782", "822463", "10005")])
def test_a_card_number_that_another_sign_parts_is_crossed_out(sign: str, digits: tuple[str, ...]) -> None:
    number = sign.join(digits)
    whole = "x" * (len("".join(digits)) - 4) + digits[-1][-4:]
    assert mask_card_numbers(f"Card {number} paid") == f"Card {whole} paid"
    assert masked_card(number) == whole


@pytest.mark.parametrize(
    "text", ["4111.1111/1111.1111", "1234.5678.9012.3456", "02/03/2026 10:11:12 4.111.111.111,11", "4111_1111_1111_1112"]
)
def test_other_figures_are_left_alone(text: str) -> None:
    assert mask_card_numbers(text) == text


def test_an_iban_whose_check_digits_fail_is_kept_and_noted() -> None:
    assert not has_wrong_check_digits(IBAN)
    assert not has_wrong_check_digits("12345678")
    wrong = IBAN[:-1] + "1"
    assert has_wrong_check_digits(wrong)
    with reader() as context:
        found = context.read(f"{ROOT}{DAYS[0].replace(IBAN, wrong)}</Document>".encode(), "AU00000")
    assert found.accounts[0]["number"] == wrong
    assert found.accounts[0]["signs"] == [WRONG_CHECK_DIGITS]
