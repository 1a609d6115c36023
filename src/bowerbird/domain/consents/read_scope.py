"""What of a user's data may be stored and read: worked out from their latest consent, once a read or step.

The value alone decides; `gate` reads it from the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from bowerbird.model.consent import ACCOUNT_BASIC, ACCOUNT_DETAIL, PERSON_DETAIL, TRANSACTION_DETAIL
from bowerbird.model.days import day_number
from bowerbird.storage.database.schema import WordSet

_ANY_DAY = -(10**7)
"""Before every day that a transaction can have."""


@dataclass(frozen=True, slots=True)
class ReadScope:
    """What may be stored and read of a user.

    `ended`: banks and files are not read any more. `accounts` are names, types and balances; `account_details` numbers and terms;
    `identity` is the name of the person and how to reach them. `earliest_day` is the first day whose transactions may be stored.
    `consent_id` is empty for a user who never had a consent.
    """

    consent_id: str = ""
    ended: bool = False
    accounts: bool = True
    account_details: bool = True
    transactions: bool = True
    identity: bool = True
    earliest_day: int = _ANY_DAY

    def has_day(self, day: date | None) -> bool:
        """Whether a transaction of this day may be stored."""
        return day is None or day_number(day) >= self.earliest_day

    @property
    def stores_accounts(self) -> bool:
        """Whether an account has a row: transactions need one, even where nothing else of the account may be stored."""
        return self.accounts or self.transactions

    @property
    def is_whole(self) -> bool:
        """Whether everything a file shows may be stored but for the days before `earliest_day`."""
        return self.accounts and self.account_details and self.transactions and self.identity

    def covers(self, other: ReadScope) -> bool:
        """Whether everything that `other` allows to store may be stored."""
        mine = (self.accounts, self.account_details, self.transactions, self.identity)
        others = (other.accounts, other.account_details, other.transactions, other.identity)
        return self.earliest_day <= other.earliest_day and not any(theirs and not own for own, theirs in zip(mine, others, strict=True))


UNRESTRICTED = ReadScope()
"""Of a user who never had a consent."""


@lru_cache(maxsize=1024)
def scope_of(consent_id: str, scopes: str, earliest_day: int, ended: bool, retains_data: bool) -> ReadScope:
    """The scope of a consent. `scopes` as the column stores them. Data that an ended consent does not retain is gone."""
    readable = frozenset() if ended and not retains_data else WordSet.read(scopes)
    return ReadScope(
        consent_id=consent_id,
        ended=ended,
        accounts=ACCOUNT_BASIC in readable,
        account_details=ACCOUNT_BASIC in readable and ACCOUNT_DETAIL in readable,
        transactions=TRANSACTION_DETAIL in readable,
        identity=PERSON_DETAIL in readable,
        earliest_day=earliest_day,
    )
