"""The key that is filled into examples: made for trying, of a sandbox application, good for a day of its clock.

Keys are kept as hashes, so that no page can show one that was made before. This one stays in a cookie of the browser that asked for
it, is shown to a signed-in operator only, and never where the database is no sandbox.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from bowerbird.domain.access import real_data
from bowerbird.domain.access.applications import create_key, hash_key
from bowerbird.domain.services import Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows import applications as rows
from bowerbird.web.controls.access import is_sandbox
from bowerbird.web.kernel.cookies import Cookie
from bowerbird.web.kernel.not_found import PageRefused
from bowerbird.web.kernel.request import TRYING, PageRequest
from bowerbird.web.kernel.response import PageResponse, is_local

_DAY_SECONDS = 86_400


class TryingKey(NamedTuple):
    """A key that works now, and whose it is."""

    key: str
    application_id: str
    application: str


def trying(request: PageRequest) -> TryingKey | None:
    """The key of this browser, for an operator who is signed in."""
    key = request.cookie(TRYING)
    if request.operator is None or not key:
        return None
    now = to_milliseconds(request.services.clock.now())
    row = request.read(lambda session: rows.application_of_key(session.uow, hash_key(key), now), tenant=EVERY_TENANT)
    return TryingKey(key, row.id, row.name) if row is not None and _may_be_tried(row) and is_sandbox(request) else None


def _may_be_tried(application: Any) -> bool:
    return not application.production and not application.disabled


def to_choose(request: PageRequest) -> list[tuple[str, str]]:
    """The applications a key can be made for: (id, name). None for a stranger."""
    if request.operator is None or not is_sandbox(request):
        return []
    return [
        (row.id, row.name)
        for row in request.read(lambda session: rows.all_applications(session.uow), tenant=EVERY_TENANT)
        if _may_be_tried(row)
    ]


def create_trying_key(request: PageRequest) -> PageResponse:
    """A further key of an application, in the cookie of this browser; it ends by itself."""
    ends = to_milliseconds(request.services.clock.now()) + _DAY_SECONDS * 1000

    def make(session: Session) -> str:
        row = rows.find_application(session.uow, request.form.text("application"))
        if row is None or not _may_be_tried(row) or not real_data.is_sandbox(session.uow):
            raise PageRefused(400, "No key was made", "Keys for trying are made for applications of the sandbox.", ("Back", "/docs"))
        made = create_key(session.in_application(row.id))
        rows.revoke_key(session.uow, made.key_id, ends)
        return made.secret

    request.new_cookies.append(Cookie(TRYING, request.write(make, tenant=EVERY_TENANT), _DAY_SECONDS))
    return _back(request)


def forget_trying_key(request: PageRequest) -> PageResponse:
    """The key ends now."""
    now, hashed = to_milliseconds(request.services.clock.now()), hash_key(request.cookie(TRYING))

    def end(session: Session) -> None:
        application = rows.application_of_key(session.uow, hashed, now)
        for key in rows.keys_of_application(session.uow, application.id) if application is not None else ():
            if key.hash == hashed:
                rows.revoke_key(session.uow, key.id, now)

    if trying(request) is not None:
        request.write(end, tenant=EVERY_TENANT)
    request.new_cookies.append(Cookie(TRYING, "", 0))
    return _back(request)


def _back(request: PageRequest) -> PageResponse:
    back = request.form.text("back")
    return request.go(back if back.startswith("/docs") and is_local(back) else "/docs")
