"""The key that is filled into examples: made for trying, of a sandbox application, good for a day of its clock.

Keys are kept as hashes, so that no page can show one that was made before. This one stays in a cookie of the browser that asked for
it, is shown to a signed-in operator only, and never once its application is in production.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from bowerbird.domain.applications import create_key, hash_key
from bowerbird.model.clock import to_milliseconds
from bowerbird.storage import applications as rows
from bowerbird.storage.unit_of_work import EVERY_TENANT, UnitOfWork
from bowerbird.web.cookies import Cookie
from bowerbird.web.refusal import Refusal
from bowerbird.web.reply import Reply, is_local
from bowerbird.web.visit import TRYING, Visit

_DAY_SECONDS = 86_400


class Trying(NamedTuple):
    """A key that works now, and whose it is."""

    key: str
    application_id: str
    application: str


def trying(visit: Visit) -> Trying | None:
    """The key of this browser, for an operator who is signed in."""
    key = visit.cookie(TRYING)
    if visit.operator is None or not key:
        return None
    now = to_milliseconds(visit.world.clock.now())
    row = visit.read(lambda uow: rows.application_of_key(uow, hash_key(key), now), tenant=EVERY_TENANT)
    return Trying(key, row.id, row.name) if row is not None and _may_be_tried(row) else None


def _may_be_tried(application: Any) -> bool:
    return not application.production and not application.disabled


def to_choose(visit: Visit) -> list[tuple[str, str]]:
    """The applications a key can be made for: (id, name). None for a stranger."""
    if visit.operator is None:
        return []
    return [(row.id, row.name) for row in visit.read(rows.all_applications, tenant=EVERY_TENANT) if _may_be_tried(row)]


def create_trying_key(visit: Visit) -> Reply:
    """A further key of an application, in the cookie of this browser; it ends by itself."""
    ends = to_milliseconds(visit.world.clock.now()) + _DAY_SECONDS * 1000

    def make(uow: UnitOfWork) -> str:
        row = rows.find_application(uow, visit.form.text("application"))
        if row is None or not _may_be_tried(row):
            raise Refusal(400, "No key was made", "Keys for trying are made for applications of the sandbox.", ("Back", "/docs"))
        made = create_key(visit.world, uow, row.id)
        rows.revoke_key(uow, made.key_id, ends)
        return made.secret

    visit.new_cookies.append(Cookie(TRYING, visit.write(make, tenant=EVERY_TENANT), _DAY_SECONDS))
    return _back(visit)


def forget_trying_key(visit: Visit) -> Reply:
    """The key ends now."""
    now, hashed = to_milliseconds(visit.world.clock.now()), hash_key(visit.cookie(TRYING))

    def end(uow: UnitOfWork) -> None:
        application = rows.application_of_key(uow, hashed, now)
        for key in rows.keys_of_application(uow, application.id) if application is not None else ():
            if key.hash == hashed:
                rows.revoke_key(uow, key.id, now)

    if trying(visit) is not None:
        visit.write(end, tenant=EVERY_TENANT)
    visit.new_cookies.append(Cookie(TRYING, "", 0))
    return _back(visit)


def _back(visit: Visit) -> Reply:
    back = visit.form.text("back")
    return visit.go(back if back.startswith("/docs") and is_local(back) else "/docs")
