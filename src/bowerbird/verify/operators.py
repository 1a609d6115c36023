"""Who may do what among operators, what is recorded of them, and that a password alone does not open a guarded account."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlencode

import pyotp

from bowerbird.domain.access.tenant import NO_APPLICATION
from bowerbird.domain.operators import audit, operators, passwords, totp
from bowerbird.domain.operators.audit import AuditRow, AuditSelection
from bowerbird.domain.services import Session
from bowerbird.model.clock import SystemClock, to_milliseconds
from bowerbird.model.ids import new_id
from bowerbird.model.reading import Role
from bowerbird.model.secrets import new_secret
from bowerbird.storage.database.unit_of_work import UnitOfWork
from bowerbird.storage.rows.operators import erase_entries, overwrite_entries
from bowerbird.verify.asking import Answer, ask
from bowerbird.verify.life import Belongings, belongings
from bowerbird.verify.report import expect
from bowerbird.verify.served import Served
from bowerbird.web.kernel.cookies import FIELD, named, token_for
from bowerbird.web.kernel.page import Page, PageAccess
from bowerbird.web.routes import PAGES

_NAME = re.compile(r"\{(\w+)\}")
_OWN = ("/dashboard/account", "/dashboard/sign-out")
_KEPT_FROM = {
    Role.VIEWER: re.compile(r"POST (?!/dashboard/(search|users)$).*|GET /dashboard/(operators|audit).*"),
    Role.SUPPORT: re.compile(
        r"POST .*/(keys|policy|redirect|production|webhooks|operators)\b(?!.*/resend$).*|POST .*/users/{user_id}/delete"
        r"|GET /dashboard/(operators|audit).*"
    ),
    Role.DEVELOPER: re.compile(r"POST .*/production|POST .*/users/{user_id}/delete|(GET|POST) /dashboard/(operators|audit).*"),
}
"""What a role may not do, by method and path, written down here apart from the page map that the server goes by.

A viewer sends the two forms that look for something, whose words stand in no address.
"""


def check_roles(served: Served) -> str:
    """Operators of each role but owner, on every page and form that is kept from them."""
    found, refused = belongings(served.ours), 0
    for role, kept_from in _KEPT_FROM.items():
        secret = _signed_in(served, _operator(served, role))
        for page in PAGES:
            if isinstance(page.access, PageAccess) or page.path.startswith(_OWN) or not kept_from.fullmatch(f"{page.method} {page.path}"):
                continue
            answer = _open(served, page, secret, found)
            expect(answer.status == 403, f"{page.method} {page.path} answers a {role} with {answer.status}")
            refused += 1
    expect(served.ours.get_user(found.user_id).id == found.user_id, "a role that may not deleted a user")
    return f"{refused} pages and forms that a role may not open: 0 open"


def check_audit(served: Served) -> str:
    """A key made and a person looked at have their entries, and no entry can be changed or deleted."""
    found = belongings(served.ours)
    operator_id = _operator(served, Role.DEVELOPER)
    secret = _signed_in(served, operator_id)
    entries: list[AuditRow] = []
    for name in ("create_key", "show_user"):
        page = next(page for page in PAGES if page.name == name)
        answer = _open(served, page, secret, found)
        expect(answer.status == 200, f"{page.method} {page.path} answers a developer with {answer.status}")
        entries = [row for row in _entries(served, operator_id) if row.action == name]
        expect(len(entries) == 1, f"{name} has no entry in the audit")
    expect(entries[0].user_id == found.user_id, "the audit does not say whose data was looked at")
    before = _entries(served, operator_id)
    for statement, change in (("UPDATE", overwrite_entries), ("DELETE", erase_entries)):
        refused = _is_refused(served, change)
        expect(refused and _entries(served, operator_id) == before, f"an entry of the audit can be changed: {statement}")
    return f"{len(before)} entries, each of what was done; 0 of 2 ways to change one"


def check_second_step(served: Served) -> str:
    """An operator with an authenticator: the right password alone opens no page, a wrong or used code neither."""
    name, password = new_id(), new_secret()
    operator_id = _operator(served, Role.VIEWER, name, password)
    now = to_milliseconds(SystemClock().now())

    def set_up(session: Session) -> str:
        secret = totp.offer(session, operator_id)
        expect(totp.confirm(session, operator_id, pyotp.TOTP(secret).at(now // 1000), now, ""), "a right code is refused")
        return secret

    secret = served.services.write_now(set_up, tenant=NO_APPLICATION)
    visitor = new_secret()
    cookie, form = f"{named('visitor', secure=False)}={visitor}", {FIELD: token_for(visitor), "name": name, "password": password}
    answer = _send(served, "/dashboard/sign-in", cookie, form)
    expect(answer.status == 303, f"a right password is answered with {answer.status}")
    expect(answer.location.startswith("/dashboard/sign-in/code"), "a password alone signs in an operator who has an authenticator")
    used = pyotp.TOTP(secret).at(now // 1000)
    for what, code in (("a used code", used), ("no code", ""), ("a wrong code", f"{(int(used) + 1) % 1_000_000:06}")):
        right = served.services.write_now(totp.is_right, operator_id, code, now, tenant=NO_APPLICATION)
        expect(not right, f"{what} is accepted")
    return "a password without a code, a used code, no code and a wrong one: 0 accepted"


def _operator(served: Served, role: Role, name: str = "", password: str = "") -> str:
    """The id of a new operator."""
    now, hashed = to_milliseconds(SystemClock().now()), passwords.hash_password(password or new_secret())

    def make(session: Session) -> str:
        link = operators.create_link(session, now, role)
        made = operators.use_link(session, link, name or new_id(), hashed, now)
        expect(made is not None, "a new link makes no operator")
        return made or ""

    return served.services.write_now(make, tenant=NO_APPLICATION)


def _signed_in(served: Served, operator_id: str) -> str:
    now = to_milliseconds(SystemClock().now())
    return served.services.write_now(operators.create_session, operator_id, "verify", now, tenant=NO_APPLICATION)


def _open(served: Served, page: Page, secret: str, found: Belongings) -> Answer:
    """Open a page, or send its form, as a signed-in operator."""
    ids = {"application_id": served.copy.ours.application_id, "user_id": found.user_id, "job_id": found.job_id}
    target = _NAME.sub(lambda match: ids.get(match[1], new_id()), page.path)
    cookie = f"{named('session', secure=False)}={secret}"
    return _send(served, target, cookie, {FIELD: token_for(secret)} if page.method == "POST" else None)


def _send(served: Served, target: str, cookie: str, form: dict[str, str] | None) -> Answer:
    url = served.server.url
    headers = {"Cookie": cookie, "Origin": url, "Content-Type": "application/x-www-form-urlencoded"}
    return ask(url, "GET" if form is None else "POST", target, headers, None if form is None else urlencode(form).encode())


def _entries(served: Served, operator_id: str) -> list[AuditRow]:
    return list(audit.export_entries(served.services, AuditSelection(operator_id=operator_id)))


def _is_refused(served: Served, change: Callable[[UnitOfWork], None]) -> bool:
    """Whether the database refuses a change."""
    try:
        served.services.storage.write_now(change, tenant=NO_APPLICATION)
    except Exception:  # noqa: BLE001  (each engine and its driver refuse in words of their own)
        return True
    return False
