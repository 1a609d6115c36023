"""What is stored of a person opens for them alone: a token of their application, a session and guesses at a code are not enough."""

from __future__ import annotations

from urllib.parse import urlencode

from bowerbird.domain.consents import contacts
from bowerbird.domain.consents import person_sessions as sessions
from bowerbird.domain.consents.contacts import Code
from bowerbird.domain.consents.one_time_codes import ATTEMPTS
from bowerbird.domain.consents.person_sessions import Intent
from bowerbird.model.clock import SystemClock, to_milliseconds
from bowerbird.model.consent import Action
from bowerbird.model.ids import new_id
from bowerbird.outbound.code_sender import ONLY_ATTEMPT, SendAttempt
from bowerbird.verify.asking import Answer, ask
from bowerbird.verify.report import BrokenPromise, expect
from bowerbird.verify.served import EMAIL, Served
from bowerbird.web.kernel.cookies import FIELD, named, token_for

_PATH, _APPS = "/home/data", "/home/apps"
_LATER = "changed@example.com"
"""What the application says later that the person's address is."""


class _NoSender:
    """Codes go nowhere: the check reads them where they are made."""

    for_sandbox = False

    def send(self, address: str, text: str, subject: str = "Your code", attempt: SendAttempt = ONLY_ATTEMPT, /) -> None: ...


def check_own_data(served: Served) -> str:
    """Two people: of one every guess is wrong, the other enters the right code in one of two sessions."""
    before, served.services.code_sender = served.services.code_sender, _NoSender()
    try:
        guessed, proven = _person(served), _person(served)
        session = _session(served, guessed)
        closed = _expect_closed(served, session, "without a code")
        code = _code(served, guessed)
        for _ in range(ATTEMPTS):
            expect(_enter(served, session, _wrong(code)) == 400, "a wrong code is accepted")
        expect(_enter(served, session, code.code) == 400, f"the right code is accepted after {ATTEMPTS} wrong guesses")
        closed += _expect_closed(served, session, "after wrong guesses")
        first, second = _session(served, proven), _session(served, proven)
        code = _code(served, proven)
        expect(_enter(served, first, code.code) == 303, "the right code is refused")
        expect(_open(served, first, "download/json").status == 200, "a person does not get their own data")
        closed += _expect_closed(served, second, "in another session")
        expect(_enter(served, second, code.code) == 400, "a used code is accepted")
    finally:
        served.services.code_sender = before
    return f"{closed} pages without a code, after {ATTEMPTS} wrong guesses and in another session: 0 open; codes go to the person's contact"


def _person(served: Served) -> str:
    """A user whose contact was fixed when they agreed, and whose application says since that it is another one."""
    user = served.ours.create_user(email=EMAIL).id
    served.services.write_now(contacts.record_contact, tenant=served.tenant(user))
    served.ours.update_user(user, email=_LATER)
    return user


def _session(served: Served, user_id: str) -> str:
    """The secret of a session, as any token of the application opens one."""
    now_ms = to_milliseconds(SystemClock().now())
    return served.services.write_now(sessions.create_session, Intent(Action.MANAGE), now_ms, tenant=served.tenant(user_id))


def _code(served: Served, user_id: str) -> Code:
    code = served.services.write_now(contacts.create_code, tenant=served.tenant(user_id))
    if code is None:
        raise BrokenPromise("no code is made for a person who asks for one")
    expect(code.address == EMAIL, "a code goes where the application says, not where the person agreed")
    return code


def _wrong(code: Code) -> str:
    return f"{(int(code.code) + 1) % 1_000_000:06}"


def _expect_closed(served: Served, session: str, when: str) -> int:
    """How many pages were tried; raises BrokenPromise where one opens."""
    tried = ("download/json", "download/csv", f"receipts/{new_id()}")
    for path in tried:
        status = _open(served, session, path).status
        expect(status == 403, f"{path.partition('/')[0]} is answered with {status} {when}")
    made = _send(served, session, _APPS, {"name": "Stranger"})
    expect((made.status, made.location) == (303, _PATH), f"a setup token of a budgeting app is made {when}")
    return len(tried) + 1


def _open(served: Served, session: str, path: str) -> Answer:
    return ask(served.server.url, "GET", f"{_PATH}/{path}", {"Cookie": f"{named('person', secure=False)}={session}"})


def _enter(served: Served, session: str, code: str) -> int:
    """The status of the answer to a code."""
    return _send(served, session, f"{_PATH}/check", {"code": code}).status


def _send(served: Served, session: str, path: str, fields: dict[str, str]) -> Answer:
    url, form = served.server.url, urlencode({FIELD: token_for(session), **fields}).encode()
    headers = {"Cookie": f"{named('person', secure=False)}={session}", "Origin": url, "Content-Type": "application/x-www-form-urlencoded"}
    return ask(url, "POST", path, headers, form)
