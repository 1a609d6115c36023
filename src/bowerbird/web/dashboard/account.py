"""The operator's own page: where they are signed in, and another password."""

from __future__ import annotations

from bowerbird.domain import operators, passwords
from bowerbird.model.clock import to_milliseconds
from bowerbird.storage import operators as rows
from bowerbird.storage.unit_of_work import EVERY_TENANT
from bowerbird.web.cookies import Cookie
from bowerbird.web.reply import Reply
from bowerbird.web.visit import SESSION, Visit


def show_account(visit: Visit) -> Reply:
    return _page(visit, 200, "", "")


def _page(visit: Visit, status: int, wrong_old: str, wrong_new: str) -> Reply:
    me, now = visit.signed_in, to_milliseconds(visit.desk.clock.now())
    idle = visit.world.limits.operator_idle_seconds * 1000
    sessions = visit.read(lambda uow: rows.sessions_of(uow, me.id), tenant=EVERY_TENANT)
    live = [each for each in sessions if each.expires > now and each.seen + idle > now]
    return visit.show("dashboard/account.html", status, sessions=live, wrong_old=wrong_old, wrong_new=wrong_new)


def change_password(visit: Visit) -> Reply:
    """Asks for the old one, as often as signing in would; every other session ends and this one gets a new secret."""
    me, now, address = visit.signed_in, to_milliseconds(visit.desk.clock.now()), visit.client
    if visit.write(lambda uow: operators.count_attempt(uow, me.name, address, now), tenant=EVERY_TENANT):
        return _page(visit, 429, "Too many attempts: wait a quarter of an hour.", "")
    known = visit.read(lambda uow: operators.stored_password(uow, me.name), tenant=EVERY_TENANT)
    if not passwords.is_right(visit.form.raw("old"), known[1] if known else None):
        return _page(visit, 401, "That is not your present password.", "")
    new = visit.form.raw("password")
    wrong = passwords.weakness(new, me.name) or ("" if new == visit.form.raw("again") else "The two are not the same: type it again.")
    if wrong:
        return _page(visit, 400, "", wrong)
    hashed, limits, device = passwords.hash_password(new), visit.world.limits, visit.headers.get("user-agent", "")
    visit.write(lambda uow: operators.change_password(uow, me.id, hashed, now), tenant=EVERY_TENANT)
    secret = visit.write(lambda uow: operators.create_session(uow, limits, me.id, device, now), tenant=EVERY_TENANT)
    visit.new_cookies.append(Cookie(SESSION, secret, limits.operator_session_seconds))
    return visit.go("/dashboard/account?done=password")
