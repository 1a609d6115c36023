"""A persona's accounts as the bank shows them on a day."""

from __future__ import annotations

from datetime import date, datetime

from bowerbird.connectors.sandbox.days import bank_day, month_of
from bowerbird.connectors.sandbox.deposits import Everyday, Savings, TermDeposit, Unshared
from bowerbird.connectors.sandbox.history import balance_on, entries, ledgers, pending
from bowerbird.connectors.sandbox.institutions import INSTITUTIONS
from bowerbird.connectors.sandbox.lending import Card, Loan
from bowerbird.connectors.sandbox.numbers import account_number, card_digits
from bowerbird.connectors.sandbox.persona import Account, Persona
from bowerbird.connectors.sandbox.terms import Terms, card_terms, deposit_terms, everyday_terms, loan_terms, opened, savings_terms
from bowerbird.model.account import BankAccount, Ownership


def bank_account(persona: Persona, institution: str, account: Account, seed: int, now: datetime) -> BankAccount:
    """One account at a moment. Money of an account that is not shared is unknown."""
    bank = INSTITUTIONS[institution]
    number = account_number(institution, persona, account)
    is_card = bool(card_digits(account))
    balance, available = (None, None) if isinstance(account, Unshared) else _money(persona, institution, account, seed, bank_day(now))
    return BankAccount(
        number=number,
        name=account.name,
        holder=persona.joint_holder if account.joint else persona.holder,
        currency="AUD",
        account_class=account.account_class,
        product=f"{bank.brand} {account.product}",
        balance=balance,
        available=available,
        credit_limit=_credit_limit(account),
        bsb=None if is_card else bank.bsb,
        unmasked_number=None if is_card else number[6:],
        masked_number=f"xxxx xxxx xxxx {number[-4:]}" if is_card else f"xxxx xxxx {number[-4:]}",
        ownership=Ownership.TWO_PARTY if account.joint else Ownership.ONE_PARTY,
        opened=opened(account, bank_day(now)),
        unavailable=isinstance(account, Unshared),
        last_updated=now,
        meta=_terms(persona, institution, account, seed, bank_day(now)),
    )


def _money(persona: Persona, institution: str, account: Account, seed: int, today: date) -> tuple[int, int]:
    """Balance and available funds in cents.

    Available is what could be spent now: the balance less pending purchases, on a card with its limit on top; nothing of a loan
    or of a term deposit.
    """
    month = month_of(today)
    ledger = ledgers(seed, institution, persona.login, month)[account.key]
    written = entries(seed, institution, persona.login, account.key, month)
    balance = balance_on(ledger.opening, written, today)
    if isinstance(account, Loan | TermDeposit):
        return balance, 0
    held = sum(purchase.amount for purchase in pending(written, today))
    return balance, balance + held + (account.limit if isinstance(account, Card) else 0)


def _credit_limit(account: Account) -> int | None:
    if isinstance(account, Card):
        return account.limit
    return account.principal if isinstance(account, Loan) else None


def _terms(persona: Persona, institution: str, account: Account, seed: int, today: date) -> Terms:
    match account:
        case Everyday():
            return everyday_terms(account)
        case Savings():
            return savings_terms(account)
        case TermDeposit():
            return deposit_terms(account, today)
        case Loan():
            return loan_terms(account, today)
        case Card():
            return card_terms(account, today, _payments(persona, institution, account, seed, month_of(today)))
        case Unshared():
            return {}


def _payments(persona: Persona, institution: str, card: Card, seed: int, month: int) -> dict[date, int]:
    """The card's payments of a month by the day they are posted, in cents: what its last statement asked for."""
    postings = ledgers(seed, institution, persona.login, month)[card.key].postings
    return {posting.posted: posting.amount for posting in postings if posting.identity == card.payment_identity(month)}
