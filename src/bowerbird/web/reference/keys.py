"""The temporary key of the examples: of a sandbox application, valid for a day of the sandbox's clock.

Stored keys are hashed, so no page can show one that exists. This one is created on request and kept in the browser's cookie; it is shown
to signed-in operators only, and never outside a sandbox.
"""

from __future__ import annotations

from typing import NamedTuple

from bowerbird.domain.access.applications import (
    TEMPORARY_KEY_SECONDS,
    ApplicationRow,
    create_short_lived_key,
    find_application_of_key,
    list_keys,
    revoke_key,
)
from bowerbird.domain.operators.server import is_sandbox, list_applications
from bowerbird.domain.services import Session
from bowerbird.model.secrets import hash_of
from bowerbird.web.kernel.cookies import Cookie
from bowerbird.web.kernel.request import TRYING, PageRequest
from bowerbird.web.kernel.response import PageRefused, PageResponse, is_local


class TemporaryKey(NamedTuple):
    """A valid temporary key and its application."""

    key: str
    application_id: str
    application: str


def find_key(request: PageRequest) -> TemporaryKey | None:
    """The temporary key of this browser, if an operator is signed in."""
    key = request.cookie(TRYING)
    if request.operator is None or not key:
        return None
    row = request.read_across(find_application_of_key, key)
    return TemporaryKey(key, row.id, row.name) if row is not None and _in_sandbox(row) and is_sandbox(request.services) else None


def _in_sandbox(application: ApplicationRow) -> bool:
    return not application.production and not application.disabled


def _applications(request: PageRequest) -> list[ApplicationRow]:
    """The applications that a key can be created for."""
    if request.operator is None or not is_sandbox(request.services):
        return []
    return [row for row in list_applications(request.services) if _in_sandbox(row)]


def options(request: PageRequest) -> list[tuple[str, str]]:
    """The applications that a key can be created for: (id, name). None without an operator."""
    return [(row.id, row.name) for row in _applications(request)]


def create_temporary_key(request: PageRequest) -> PageResponse:
    """Create a further key of an application, in the cookie of this browser; it expires after a day."""
    application_id = request.form.text("application")
    if application_id not in {row.id for row in _applications(request)}:
        text = "Temporary keys can be created for sandbox applications only."
        raise PageRefused(400, "No key was created", text, ("Back", "/docs"))
    request.new_cookies.append(Cookie(TRYING, request.write(_create_key, tenant=application_id), TEMPORARY_KEY_SECONDS))
    return _back(request)


def _create_key(session: Session) -> str:
    return create_short_lived_key(session).secret


def revoke_temporary_key(request: PageRequest) -> PageResponse:
    """Revoke the key of this browser."""
    key = find_key(request)
    if key is not None:
        request.write(_revoke_key, key.key, tenant=key.application_id)
    request.new_cookies.append(Cookie(TRYING, "", 0))
    return _back(request)


def _revoke_key(session: Session, secret: str) -> None:
    hashed = hash_of(secret)
    for row in list_keys(session):
        if row.hash == hashed:
            revoke_key(session, row.id)


def _back(request: PageRequest) -> PageResponse:
    back = request.form.text("back")
    return request.go(back if back.startswith("/docs") and is_local(back) else "/docs")
