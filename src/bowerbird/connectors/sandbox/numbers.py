"""Account numbers.

They depend on the institution, the persona and the account, not on the seed: the seed changes what people spend, not who they
are. A deposit or loan account has the institution's BSB and nine digits; a card shows its last four digits only, which its
persona declares, and has no whole number anywhere.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

from bowerbird.connectors.sandbox.deposits import Unshared
from bowerbird.connectors.sandbox.institutions import INSTITUTIONS
from bowerbird.connectors.sandbox.lending import Card
from bowerbird.connectors.sandbox.persona import Account, Persona


@lru_cache(maxsize=1024)
def nine_digits(institution: str, login: str, key: str) -> str:
    digest = blake2b(f"{institution}|{login}|{key}".encode(), digest_size=8).digest()
    return f"{int.from_bytes(digest) % 10**9:09d}"


def card_digits(account: Account) -> str:
    """The last four digits of a card, "" for any other account."""
    return account.last_digits if isinstance(account, Card | Unshared) else ""


def account_number(institution: str, persona: Persona, account: Account) -> str:
    """The number that recognises the account: BSB and account number, or a card's masked number."""
    digits = card_digits(account)
    if digits:
        return f"xxxxxxxxxxxx{digits}"
    return INSTITUTIONS[institution].bsb + nine_digits(institution, persona.login, account.key)
