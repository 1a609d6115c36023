"""The cast of the sandbox: people who live at its banks, invited into an application as its users."""

from __future__ import annotations

from collections.abc import Sequence

from bowerbird.domain.access.real_data import require_sandbox
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.connections import connections
from bowerbird.domain.services import Services, Session
from bowerbird.domain.users import users
from bowerbird.model.account import Profile
from bowerbird.model.connection import Login
from bowerbird.sdk.connector import DemoUser, HasDemoUsers


def demo_users_of(services: Services) -> tuple[str, Sequence[DemoUser]]:
    """(institution, who lives there): the first of the sandbox whose bank says so; nobody where there is none."""
    for institution in services.institutions:
        connector: object = services.plugins.connector_for(institution.origin) if institution.sandbox else None
        if isinstance(connector, HasDemoUsers):
            return institution.id, [each for each in connector.demo_users if each.profile is not None]
    return "", ()


def invite(session: Session, logins: Sequence[str]) -> list[str]:
    """Make those of the cast with these logins users of a sandbox application, and connect their bank. The jobs. Raises Problem."""
    require_sandbox(session)
    institution, everybody = demo_users_of(session.services)
    invited = [(each, each.profile) for each in everybody if each.login in logins and each.profile is not None]
    return [_invite(session, who, Login(institution, each.login, each.password)) for each, who in invited]


def _invite(session: Session, profile: Profile, login: Login) -> str:
    details = users.UserDetails(email=profile.email_addresses[0], first_name=profile.first_name, last_name=profile.last_name)
    user_id, _ = users.create_user(session, details)
    return connections.create_connection(session.of(Tenant(session.application_id, user_id)), login, production=False)
