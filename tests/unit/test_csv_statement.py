"""What the CSV reader makes of files that are in order."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bowerbird.layouts.published_2020 import LAYOUT
from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.model.transaction import BankTransaction
from bowerbird.statements.csv.rows import csv_text
from bowerbird.statements.csv.transactions import Row, TransactionReader, read_csv
from bowerbird.statements.refusal import Refused
from bowerbird.statements.statement import StatementAccount
from tests.leaf_samples import layout_sample

REQUIRED = "accountNo,accCurrency,accBalance,accType,accProduct,txnPostDate,txnDescription,txnAmount"


def read(data: bytes | str, institution_id: str = "AU00101", max_rows: int = 100) -> list[StatementAccount]:
    return read_csv(data if isinstance(data, str) else csv_text(data), institution_id, max_rows, LAYOUT)


def sample(name: str) -> bytes:
    return layout_sample("published_2020", name).read_bytes()


def quoted(data: bytes) -> bytes:
    """A file whose cells hold neither commas nor quotes, with every cell quoted."""
    lines = [line.replace('"', "").split(",") for line in data.decode().splitlines()]
    return "\r\n".join(",".join(f'"{cell}"' for cell in line) for line in lines).encode()


PUBLISHED = StatementAccount(
    BankAccount(
        number="5.52031610439928E+019",
        name="Orange Everyday",
        holder="Jo Citizen",
        currency="AUD",
        account_class=AccountClass.SAVINGS,
        product="Orange Everyday",
        balance=123456,
        available=78900,
        last_updated=datetime(2020, 3, 20, tzinfo=UTC),
    ),
    [BankTransaction(amount=-1500, description="Coffee", posted=date(2020, 3, 18), balance=21102, upstream_id="txn-1")],
)


def test_the_published_row() -> None:
    assert read(sample("published_row.csv")) == [PUBLISHED]


@pytest.mark.parametrize(
    "data",
    [
        quoted(sample("published_row.csv")),
        b"\xef\xbb\xbf" + sample("published_row.csv"),
        sample("published_row.csv").replace(b"\n", b"\r\n"),
        sample("published_row.csv").replace(b"\n", b"\r"),
        sample("published_row.csv").rstrip(),
        b"\n\n" + sample("published_row.csv").replace(b"\n", b"\n\n"),
        sample("published_row.csv") + b",,,,,,,,,,,,,,,,,,,\n" * 3,
        sample("published_row.csv").replace(b'","', b'", "'),
        sample("published_row.csv").replace(b"savings", b"SAVINGS").replace(b"-15,debit", b"15.0,Debit"),
        sample("published_row.csv").replace(b"2020/03/18", b"2020-03-18T23:59:59+11:00"),
        sample("published_row.csv").replace(b",Coffee,", b", Coffee ,"),
        sample("published_row.csv").replace(b",AU00101,", b",,"),
    ],
    ids=[
        "quoted",
        "bom",
        "crlf",
        "cr",
        "no-last-break",
        "blank-lines",
        "empty-rows",
        "spaced",
        "case",
        "rfc3339",
        "trim",
        "no-institution",
    ],
)
def test_spellings_of_the_published_row(data: bytes) -> None:
    assert read(data) == [PUBLISHED]


def test_columns_in_any_order_with_two_accounts() -> None:
    everyday, saver = read(sample("two_accounts.csv"))
    assert (everyday.account.number, everyday.account.balance, everyday.account.holder) == ("062-0001111", 10000, None)
    assert (saver.account.number, saver.account.account_class, saver.account.last_updated) == ("062-0002222", AccountClass.SAVINGS, None)
    assert everyday.transactions == [
        BankTransaction(-1250, "Groceries, fruit", date(2024, 5, 1)),
        BankTransaction(120000, "Salary", date(2024, 5, 2)),
    ]
    assert saver.transactions == [BankTransaction(700, "Interest", date(2024, 5, 1)), BankTransaction(-300, "Fee", date(2024, 5, 3))]


def test_newest_first_comes_out_oldest_first_with_both_twins() -> None:
    (found,) = read(sample("newest_first.csv"))
    assert [(row.description, row.amount, row.balance) for row in found.transactions] == [
        ("Opening", 20000, 20000),
        ("Rent", -12000, 8000),
        ("Refund", 1000, 9000),
        ("Coffee", -450, 8550),
        ("Coffee", -450, 8100),
    ]


def rows(*lines: str, header: str = REQUIRED) -> str:
    return "\n".join([header, *lines])


def test_a_single_day_takes_the_order_its_balances_prove() -> None:
    account = "1,AUD,0,loan,P,2024/01/01"
    (found,) = read(rows(f"{account},b,-1,3", f"{account},a,4,4", header=REQUIRED + ",txnBalance"))
    assert [row.description for row in found.transactions] == ["a", "b"]


def test_a_single_day_without_balances_takes_the_order_of_the_other_accounts() -> None:
    lines = ["1,AUD,0,loan,P,2024/01/02,d,-1", "1,AUD,0,loan,P,2024/01/01,c,-1", "2,AUD,0,loan,P,2024/01/01,b,-1"]
    first, second = read(rows(*lines, "2,AUD,0,loan,P,2024/01/01,a,-1"))
    assert [row.description for row in first.transactions] == ["c", "d"]
    assert [row.description for row in second.transactions] == ["a", "b"]
    (alone,) = read(rows(lines[2], "2,AUD,0,loan,P,2024/01/01,a,-1"))
    assert [row.description for row in alone.transactions] == ["b", "a"]


def test_rows_in_no_order_are_sorted_and_their_balances_not_proved() -> None:
    lines = [f"1,AUD,0,loan,P,2024/01/0{day},{name},-1,9" for day, name in ((2, "b"), (3, "d"), (1, "a"), (2, "c"))]
    (found,) = read(rows(*lines, header=REQUIRED + ",txnBalance"))
    assert [row.description for row in found.transactions] == ["a", "b", "c", "d"]


def test_one_missing_balance_leaves_the_chain_unproved() -> None:
    lines = ["1,AUD,0,loan,P,2024/01/01,a,-1,9", "1,AUD,0,loan,P,2024/01/02,b,-1,", "1,AUD,0,loan,P,2024/01/03,c,-1,99"]
    (found,) = read(rows(*lines, header=REQUIRED + ",txnBalance"))
    assert [row.balance for row in found.transactions] == [900, None, 9900]


def test_one_sign_in_the_file_makes_up_for_the_direction_column() -> None:
    (found,) = read(rows("1,AUD,0,loan,P,2024/01/01,a,5", "1,AUD,0,loan,P,2024/01/01,b,+6", "1,AUD,0,loan,P,2024/01/01,c,7.25"))
    assert [row.amount for row in found.transactions] == [500, 600, 725]


def test_zero_agrees_with_either_direction() -> None:
    account = "1,AUD,0,loan,P,2024/01/01"
    (found,) = read(
        rows(f"{account},a,0.00,debit", f"{account},b,-0.00,credit", f"{account},c,+0,debit", header=REQUIRED + ",txnDirection")
    )
    assert [row.amount for row in found.transactions] == [0, 0, 0]


def test_a_signed_amount_needs_no_direction() -> None:
    (found,) = read(rows("1,AUD,0,loan,P,2024/01/01,a,-5,", header=REQUIRED + ",txnDirection"))
    assert found.transactions[0].amount == -500


def test_the_same_value_spelt_differently_is_no_difference() -> None:
    header = REQUIRED + ",accLastUpdated"
    (found,) = read(rows("1 2,AUD,10,loan,P,2024/01/01,a,-5,2024/02/01", "12,AUD,10.00,Loan,P,2024/01/02,b,-5,2024-02-01", header=header))
    assert len(found.transactions) == 2


def test_account_id_separates_and_currency_separates() -> None:
    assert [found.account.currency for found in read(rows("1,AUD,0,loan,P,2024/01/01,a,-1", "1,NZD,0,loan,P,2024/01/01,a,-1"))] == [
        "AUD",
        "NZD",
    ]


@pytest.mark.parametrize("number", ["4111111111111111", "4111 1111 1111 1111", "5555-5555-5555-4444"])
def test_a_whole_card_number_does_not_leave_the_reader(number: str) -> None:
    (found,) = read(rows(f"{number},AUD,0,credit-card,P,2024/01/01,a,-5"))
    assert found.account.number == found.account.masked_number == "x" * 12 + number[-4:]


@pytest.mark.parametrize("number", ["4111111111111112", "062000123456789", "411111111111", "5.52E+019"])
def test_other_numbers_stay_as_they_are(number: str) -> None:
    (found,) = read(rows(f"{number},AUD,0,credit-card,P,2024/01/01,a,-5"))
    assert (found.account.number, found.account.masked_number) == (number, None)


def test_windows_1252_and_line_breaks_in_quotes() -> None:
    (found,) = read(rows('1,AUD,0,loan,P,2024/01/01,"Caf\u00e9 \u2013 Noum\u00e9a\r\n ""Port"" ",-5').encode("cp1252"))
    assert found.transactions[0].description == 'Caf\u00e9 \u2013 Noum\u00e9a "Port"'


@pytest.mark.parametrize(
    "moment", ["2024-01-01T10:00:00Z", "2024-01-02T00:00:00+11:00", "2024/01/02", "2024-01-02T23:00:00.123456789-03:00"]
)
def test_a_posting_day_that_had_begun_somewhere_at_the_last_update(moment: str) -> None:
    assert read(rows(f"1,AUD,0,loan,P,2024/01/02,a,-5,{moment}", header=REQUIRED + ",accLastUpdated"))


def test_as_many_rows_as_allowed() -> None:
    lines = ["1,AUD,0,loan,P,2024/01/01,a,-5"] * 3
    assert len(read(rows(*lines, "", ""), max_rows=3)[0].transactions) == 3


ROW = "1,AUD,0.00,transaction,Everyday,2020/03/{day:02},Coffee {number},{cents}"


def many(count: int, **changes: str) -> list[str]:
    """Rows of one account. `changes` are other cells by their number, as `r7`."""
    lines = [ROW.format(day=1 + number // 60, number=number, cents=f"-{number}.05") for number in range(count)]
    for name, line in changes.items():
        lines[int(name[1:])] = line
    return lines


def test_rows_that_are_spelt_alike_are_read_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first row, which introduces the account, is read by itself; no other one is looked at alone."""
    looked_at: list[int] = []
    before = TransactionReader._read_one_by_one

    def counted(self: TransactionReader, block: list[Row]) -> None:
        looked_at.extend(number for number, _ in block)
        before(self, block)

    monkeypatch.setattr(TransactionReader, "_read_one_by_one", counted)
    [found] = read(rows(*many(600)), max_rows=1000)
    assert looked_at == [2]
    assert [(row.amount, row.description) for row in found.transactions[:3]] == [(-5, "Coffee 0"), (-105, "Coffee 1"), (-205, "Coffee 2")]
    assert len(found.transactions) == 600
    assert found.transactions[-1].posted == date(2020, 3, 10)


def test_a_row_that_is_spelt_in_another_way_among_many() -> None:
    other = '1,AUD,0,Transaction,Everyday,2020-03-05T10:00:00+11:00,"Tea\tand milk",+7'
    found = read(rows(*many(300, r280=other, r281=other.replace("1,AUD", "2,AUD"))), max_rows=1000)
    assert [(len(each.transactions), each.account.number) for each in found] == [(299, "1"), (1, "2")]
    assert BankTransaction(700, "Tea and milk", date(2020, 3, 5)) in found[0].transactions


@pytest.mark.parametrize("broken", ['"never closed', ROW.format(day=2, number=0, cents="x") + ",one more"])
def test_the_first_wrong_row_of_many_is_the_one_refused(broken: str) -> None:
    wrong = ROW.format(day=2, number=0, cents="12.345")
    with pytest.raises(Refused, match="row 152, field txnAmount"):
        read(rows(*many(300, r150=wrong, r151=broken)), max_rows=1000)
