"""The report of one account's rows as a bank statement: the institution, the person and the account as they were."""

from __future__ import annotations

import msgspec

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents.gate import read_scope
from bowerbird.domain.services import Session
from bowerbird.domain.users.identities import list_identities
from bowerbird.insights.reports.inputs import SnapshotAccount
from bowerbird.model.account import Profile


class StatementFigures(msgspec.Struct, frozen=True):
    """`profile` is None where the bank gave none or the person does not share it."""

    account: SnapshotAccount
    profile: Profile | None


def statement_figures(session: Session, account: SnapshotAccount) -> StatementFigures:
    owner = session.of(Tenant(session.application_id, account.user_id))
    profile = None
    if read_scope(owner).identity:
        found = [identity for identity in list_identities(owner) if identity.connection.id == account.connection_id]
        profile = found[0].profile if found else None
    return StatementFigures(account, profile)
