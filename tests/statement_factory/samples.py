"""Writes the sample statements that the pages offer in the sandbox: `python -m tests.statement_factory.samples`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.api.pdf_files import one_cent_off
from tests.statement_factory.commbank import DepositPrint
from tests.statement_factory.ledger import Ledger, Movement

FOLDER = Path(__file__).parents[2] / "src" / "bowerbird" / "web" / "samples"


def _ledger() -> Ledger:
    """Three months of an invented person: a salary, a rent, a car, and coffee."""
    movements = []
    for month in (7, 8, 9):
        movements += [
            Movement(date(2025, month, 1), ("Direct Debit BOWER LANE RENTALS", "Rent"), -1_840_00),
            Movement(date(2025, month, 3), ("EFTPOS CORNER GROCER RICHMOND VIC",), -(92_10 + month * 113)),
            Movement(date(2025, month, 7), ("Direct Debit COCKATOO MOBILE",), -59_00),
            Movement(date(2025, month, 11), ("Card Purchase HARBOUR FUEL NEWTOWN NSW", "Card xx1193"), -(71_35 + month * 41)),
            Movement(date(2025, month, 15), ("Salary FERN AND FIG PTY LTD",), 4_912_40),
            Movement(date(2025, month, 18), ("Card Purchase TRAM STOP CAFE", "Card xx1193"), -(6_50 + month * 10)),
            Movement(date(2025, month, 22), ("Osko Payment MS IMOGEN ASHBY", "Half of the dinner"), 38_00 + month * 100),
            Movement(date(2025, month, 28), ("Transfer to GOALSAVER",), -750_00),
        ]
    return Ledger(date(2025, 7, 1), date(2025, 9, 30), 2_310_55, tuple(movements), "4603196368120000", "MS ROSALIND QUILL", 1)


_HEAD = "accountNo,accCurrency,accBalance,accLastUpdated,accType,accProduct,accountHolder,txnPostDate,txnDescription,txnAmount,txnBalance"


def _dollars(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"


def _csv(altered: bool) -> str:
    """The same account, as the published CSV has it, newest first. Altered: one amount says a cent more than the balances around it."""
    ledger, lines = _ledger(), []
    for place, (movement, after) in enumerate(zip(ledger.movements, ledger.balances, strict=True)):
        amount = movement.amount + (1 if altered and place == 12 else 0)
        account = f"062-000 46031963,AUD,{_dollars(ledger.closing)},2025-09-30,transaction,Smart Access,Rosalind Quill"
        lines.append(f"{account},{movement.day},{' '.join(movement.lines)},{_dollars(amount)},{_dollars(after)}")
    return "\n".join([_HEAD, *reversed(lines), ""])


def main() -> None:
    printed = DepositPrint(_ledger(), glued=False, point=".").print("cba.deposit.2017")
    (FOLDER / "statement.pdf").write_bytes(printed.pdf())
    (FOLDER / "altered-statement.pdf").write_bytes(one_cent_off(printed))
    (FOLDER / "statement.csv").write_text(_csv(altered=False))
    (FOLDER / "altered-statement.csv").write_text(_csv(altered=True))


if __name__ == "__main__":
    main()
