"""Demo users: customers of the sandbox's banks, added to an application as its users."""

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
    """(institution, its demo users): the first institution of the sandbox whose connector has any; ("", ()) where none has."""
    for institution in services.institutions:
        connector: object = services.plugins.connector_for(institution.origin) if institution.sandbox else None
        if isinstance(connector, HasDemoUsers):
            return institution.id, [user for user in connector.demo_users if user.profile is not None]
    return "", ()


def create_demo_users(session: Session, logins: Sequence[str]) -> list[str]:
    """Create the demo users with these logins in a sandbox application, and connect their bank; the ids of the jobs. Raises Problem."""
    require_sandbox(session)
    institution, known = demo_users_of(session.services)
    chosen = [(user, user.profile) for user in known if user.login in logins and user.profile is not None]
    return [_create(session, profile, Login(institution, user.login, user.password)) for user, profile in chosen]


def _create(session: Session, profile: Profile, login: Login) -> str:
    details = users.UserDetails(email=profile.email_addresses[0], first_name=profile.first_name, last_name=profile.last_name)
    user_id, _ = users.create_user(session, details)
    return connections.create_connection(session.of(Tenant(session.application_id, user_id)), login, production=False)
