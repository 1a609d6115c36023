"""A bank for tests of processes, found as an installed connector is: pages that overlap, a question, absence, and time on demand.

What it does follows from the login: `away…` does not answer while the password is `wait`. Every call takes TOLL_SECONDS. Its two
accounts grow by twenty transactions a job, fifty to a page, each page repeating the last ten of the one before.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from bowerbird.model.account import AccountClass, BankAccount, Profile
from bowerbird.model.connection import Login
from bowerbird.model.transaction import BankTransaction
from bowerbird.sdk.challenges import Challenge, ChallengeMethod, LoggedIn
from bowerbird.sdk.connector import ConnectorContext
from bowerbird.sdk.failures import Unavailable, WrongAnswer

PAGE, OVERLAP, FIRST, GROWTH, MAX_JOBS = 50, 10, 130, 20, 30
OPENING = 1_000_00


def amount(number: int) -> int:
    return 250_00 if number % 7 == 0 else -(100 + number % 900)


def balance(count: int) -> int:
    return OPENING + sum(amount(number) for number in range(count))


def length(visit: ConnectorContext) -> int:
    return FIRST + GROWTH * min(visit.earlier_jobs, MAX_JOBS)


class TollBank:
    institutions = frozenset({"AU00090", "AU00091"})

    def log_in(self, login: Login, visit: ConnectorContext) -> LoggedIn | Challenge:
        _toll()
        if login.login_id.startswith("away") and login.password == "wait":
            raise Unavailable
        if login.institution_id == "AU00091":
            return Challenge(ChallengeMethod.TOKEN, "Enter the code.", ("Code",), login.login_id)
        return LoggedIn(login.login_id)

    def answer(self, state: str, answers: Sequence[str], visit: ConnectorContext) -> LoggedIn:
        _toll()
        if list(answers) != ["1234"]:
            raise WrongAnswer
        return LoggedIn(state)

    def accounts(self, session: str, visit: ConnectorContext) -> tuple[Profile, list[BankAccount]]:
        _toll()
        held = balance(length(visit))
        kinds = (("1", AccountClass.TRANSACTION), ("2", AccountClass.SAVINGS))
        return Profile("A Person", "A", "", "Person"), [
            BankAccount(f"{session}-{number}", "Account", "A PERSON", "AUD", kind, "Account", held, held) for number, kind in kinds
        ]

    def transactions(self, session: str, account: BankAccount, since: date | None, visit: ConnectorContext) -> Iterable[BankTransaction]:
        _toll()
        for page in pages(length(visit)):
            for number in page:
                posted = date(2024, 1, 1) + timedelta(days=number // 3)
                text = f"TOLL {number}"
                yield BankTransaction(amount(number), text, posted, balance=balance(number + 1), upstream_id=f"{account.number}:{number}")


def pages(count: int) -> Iterator[range]:
    first = 0
    while first < count:
        yield range(max(0, first - OVERLAP), min(first + PAGE, count))
        first += PAGE


def _toll() -> None:
    time.sleep(float(os.environ.get("TOLL_SECONDS", "0")))


CONNECTOR = TollBank()
