"""What an application says of its rows itself, of single ones and by rules: read once for all rows that are looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bowerbird.domain.insights.meaning import meaning_of
from bowerbird.domain.ledger import documents
from bowerbird.domain.services import Session
from bowerbird.insights.own_rules import NO_RULES, Declared, OwnRules, decode
from bowerbird.plugins.packs import rules_version
from bowerbird.storage.rows.insights import enrichments, own_rules


@dataclass(frozen=True, slots=True)
class Declarations:
    """Leaves of single transactions by their ids, and the rules; what is said of one transaction counts more than a rule."""

    overrides: Mapping[str, str]
    rules: OwnRules

    def of(self, id: str, text: str, cents: int, account_class: str, day: int, document: bytes) -> Declared | None:
        """What is said of a row; `day` is the number of its day."""
        if leaf := self.overrides.get(id):
            return Declared(leaf)
        if not self.rules.rules:
            return None
        merchant = meaning_of(text, cents > 0, account_class).merchant
        return self.rules.find(text, cents, account_class, day, merchant, lambda: documents.biller_code(document))


def read_declarations(session: Session, user_ref: int, rules: OwnRules) -> Declarations:
    """What is said of a user's rows by their overrides and by some rules, as a rule the current ones."""
    return Declarations(enrichments.overrides_of(session.uow, user_ref), rules)


def current_rules(session: Session) -> OwnRules:
    """The application's newest rules, none of version 0 where it never had any."""
    row = own_rules.newest_version(session.uow, session.application_id)
    return NO_RULES if row is None else decode(row.version, row.rules)


def version_of_rules(session: Session) -> str:
    """The version of packs and code, with that of the application's own rules where it has some: what figures are made by."""
    own = current_rules(session)
    return f"{rules_version()}+own-{own.version}" if own.version else rules_version()
