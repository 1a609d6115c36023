"""What kind of movement a transaction is, where the source does not say.

Works on the words banks print; a movement that matches nothing is a payment when money leaves and a direct credit when it comes.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bowerbird.model.account import AccountClass
from bowerbird.model.transaction import TransactionClass

_LOANS = frozenset({AccountClass.LOAN, AccountClass.MORTGAGE})

_WORDS = re.compile(
    r"(?P<refund>\brefund|\breversal\b|\bcashback\b)"
    r"|(?P<fee>\bfees?\b|\bdishonou?r\b|\boverdrawn charge\b)"
    r"|(?P<interest>\binterest\b)"
    r"|(?P<cash>\batm\b|\bcash (?:out|withdrawal|advance)\b|\bwdl\b.*\batm\b)"
    r"|(?P<repayment>\b(?:loan|mortgage|home loan)\s+(?:re)?payment\b|\brepayment\b)"
    r"|(?P<transfer>\btransfer\b|\btfr\b|\btrf\b|\bosko\b|\bpayid\b)",
    re.IGNORECASE,
)


@lru_cache(maxsize=16_384)
def classify(description: str, is_debit: bool, account_class: AccountClass) -> TransactionClass:
    """The wire's class of a movement."""
    match = _WORDS.search(description)
    found = match.lastgroup if match else None
    if found == "refund" and not is_debit:
        return TransactionClass.REFUND
    if found == "fee" and is_debit:
        return TransactionClass.BANK_FEE
    if found == "interest":
        charged = is_debit and account_class in _LOANS | {AccountClass.CREDIT_CARD}
        return TransactionClass.LOAN_INTEREST if charged else TransactionClass.INTEREST
    if found == "cash" and is_debit:
        return TransactionClass.CASH_WITHDRAWAL
    if found == "repayment" or (account_class in _LOANS and not is_debit):
        return TransactionClass.LOAN_REPAYMENT
    if found == "transfer":
        return TransactionClass.TRANSFER
    return TransactionClass.PAYMENT if is_debit else TransactionClass.DIRECT_CREDIT
