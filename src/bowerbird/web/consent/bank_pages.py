"""Logins at a bank's own pages: the way there, the way back, and the pages of the sandbox's test bank."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlencode

from bowerbird.domain.connections import connections
from bowerbird.domain.consents.person_sessions import record_job
from bowerbird.domain.jobs import returns
from bowerbird.domain.services import Session
from bowerbird.model.connection import Method
from bowerbird.model.consent import Way
from bowerbird.model.job import ReturnAddress
from bowerbird.web.consent import banks, manage, progress
from bowerbird.web.consent.banks import WrongFields
from bowerbird.web.kernel import samples
from bowerbird.web.kernel.languages import say as _
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageRefused, PageResponse, not_found

RETURN = "/home/return"
"""Where banks send people back to: the address that an operator registers with them."""
_LONGEST_ANSWER = 16_000


def _browser(request: PageRequest) -> ReturnAddress:
    return ReturnAddress(request.person.hash, f"{request.context.public_url}{RETURN}")


def connect_bank(request: PageRequest) -> PageResponse:
    """Begin a login at the pages of the bank that the path names."""
    return banks.start_job(request, partial(_connect, request), partial(banks.show_refusal, request))


def _connect(request: PageRequest, session: Session) -> str:
    institution_id, application = request.path["institution_id"], banks.require_way(request, session, Way.BANK_PAGES)
    connections.replace_waiting_connections(session, institution_id, request.person.job_ids)
    connections.delete_failed_connections(session, institution_id)
    return connections.create_bank_connection(session, institution_id, _browser(request), production=application.production)


def renew_access(request: PageRequest) -> PageResponse:
    """Give a bank's access again, at its own pages."""
    return banks.start_job(request, partial(_renew, request), _refuse_renewal)


def _renew(request: PageRequest, session: Session) -> str:
    return connections.reauthorise_connection(session, manage.find_own_connection(request, session).id, _browser(request))


def _refuse_renewal(wrong: WrongFields) -> PageResponse:
    raise PageRefused(409, _("Access cannot be renewed at the moment"), " ".join(wrong.values()), manage.VIEW_CONSENT)


def begin_again(request: PageRequest) -> PageResponse:
    """Let a login that was begun in another browser begin anew in this one."""
    request.write(partial(_begin_again, request))
    return request.go(f"/home/jobs/{request.path['job_id']}")


def _begin_again(request: PageRequest, session: Session) -> None:
    job = progress.find_own_job(request, session).job
    returns.begin_again(session, job.id, _browser(request))
    record_job(session, request.person, job.id)


def return_from_bank(request: PageRequest) -> PageResponse:
    """Take the person's way back from the bank: its answer goes to the job that waits for it, in this browser and once.

    The address, which holds the bank's answer, is left at once, and no log of this server has it.
    """
    answer = {name: values[0] for name, values in request.query.items() if len(values) == 1}
    state = answer.pop("state", "") or returns.state_of_signed(answer.get("response", ""))
    job_id = None
    if state and sum(map(len, answer.values())) <= _LONGEST_ANSWER:
        job_id = request.write(returns.record_return, request.person.hash, request.person.job_ids, state, answer)
    if job_id is None:
        text = _("It was used before, is too old, or was begun in another browser. Your banks and what became of them are on your page.")
        raise PageRefused(400, _("This way back from your bank is not valid"), text, manage.VIEW_CONSENT)
    return request.go(f"/home/jobs/{job_id}")


def show_test_bank(request: PageRequest) -> PageResponse:
    """The test bank's own page, open to anyone: its customers are made up, and it knows nothing of who looks at it."""
    bank = request.services.institutions.find(request.one("bank"))
    state = request.one("state")
    if bank is None or not bank.sandbox or bank.channel(Method.OPEN_BANKING) is None or not state:
        raise not_found("page")
    ways = [(user, _way_back(state=state, code=user.login)) for user in samples.demo_users_of(request, bank)]
    return request.show("consent/test_bank.html", bank=bank, ways=ways, refuse=_way_back(state=state, error="access_denied"))


def _way_back(**answer: str) -> str:
    return f"{RETURN}?{urlencode(answer)}"
