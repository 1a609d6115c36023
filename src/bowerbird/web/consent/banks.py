"""Choosing a bank and connecting it: by its login, or by a statement."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, NamedTuple

from bowerbird import codes
from bowerbird.domain.access.applications import takes_statements
from bowerbird.domain.connections import connections
from bowerbird.domain.consents import consents
from bowerbird.domain.consents.person_sessions import record_job
from bowerbird.domain.services import Session
from bowerbird.domain.statements import statements
from bowerbird.domain.statements.uploads import keep_upload
from bowerbird.model.connection import Login, Method
from bowerbird.model.institution import Captions, Institution
from bowerbird.model.problem import Problem, Problems
from bowerbird.storage.rows import connections as connection_rows
from bowerbird.storage.rows import jobs as job_rows
from bowerbird.web.consent.sign_in import page_context
from bowerbird.web.kernel import samples as trying
from bowerbird.web.kernel.not_found import PageRefused, not_found
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse

_SHOWN = 20
FIELDS = {"secondaryLoginId": "secondary_login_id", "securityCode": "security_code", "loginId": "login_id", "password": "password"}
"""A parameter of the API that is to blame, and the field of the form it came from."""


class BankOption(NamedTuple):
    """A bank that this application's people can connect, and how."""

    bank: Institution
    web: bool
    upload: bool


def openings(request: PageRequest, application: Any) -> list[BankOption]:
    """The heaviest in the market first, test banks last, then by name."""
    uploads = "statements" in application.products and takes_statements(application.production, application.products)
    found = []
    for bank in request.services.institutions:
        web = bool(
            bank.channel(Method.WEB) and request.services.plugins.connector_for(bank.origin) and (bank.sandbox or application.production)
        )
        upload = uploads and not bank.sandbox and bool(bank.channel(Method.PDF) or bank.channel(Method.CSV))
        if not bank.disabled and (web or upload):
            found.append(BankOption(bank, web, upload))
    return sorted(found, key=lambda each: (each.bank.sandbox, each.bank.tier, each.bank.name.casefold()))


def matching(found: list[BankOption], search: str) -> list[BankOption]:
    """Those whose names have every word of a search; those that begin with it first."""
    words = search.casefold().split()

    def text(each: BankOption) -> str:
        return f"{each.bank.name} {each.bank.short_name} {each.bank.service_name}".casefold()

    kept = [each for each in found if all(word in text(each) for word in words)]
    return sorted(kept, key=lambda each: not text(each).startswith(search.casefold().strip()))


def captions_of(bank: Institution | None) -> Captions:
    channel = bank.channel(Method.WEB) if bank else None
    return channel.captions if channel else Captions()


def show_institutions(request: PageRequest) -> PageResponse:
    found = _frame_with_consent(request)
    if isinstance(found, PageResponse):
        return found
    search = request.one("search")
    kept = matching(openings(request, found["application"]), search)
    template = "consent/institution_list.html" if request.partial else "consent/institutions.html"
    return request.show(
        template,
        search=search,
        openings=kept[:_SHOWN],
        left=max(0, len(kept) - _SHOWN),
        rehearsable=trying.may_rehearse(request, found["application"]),
        **found,
    )


def _frame_with_consent(request: PageRequest) -> dict[str, Any] | PageResponse:
    """The frame, or the way to the agreement that must come first."""

    def read(session: Session) -> dict[str, Any] | None:
        agreed = consents.active_consent(session.of(request.person.tenant)) is not None
        return page_context(request, session) if agreed else None

    return request.read(read, tenant=request.person.tenant.application_id) or request.go("/home/consent")


def show_institution(request: PageRequest) -> PageResponse:
    return _bank_page(request, 200, by_statement=False)


def show_upload(request: PageRequest) -> PageResponse:
    return _bank_page(request, 200, by_statement=True)


def _bank_page(
    request: PageRequest, status: int, *, by_statement: bool, login_id: str = "", wrong: dict[str, str] | None = None
) -> PageResponse:
    """`wrong` says what was wrong by field; under the empty name, what no field is to blame for."""
    found = _frame_with_consent(request)
    if isinstance(found, PageResponse):
        return found
    opening = next((each for each in openings(request, found["application"]) if each.bank.id == request.path["institution_id"]), None)
    if opening is None:
        text = "It may be closed for the moment, or the app that sent you here does not work with it."
        raise PageRefused(404, "This bank cannot be connected here", text, ("Choose another bank", "/home/institutions"))
    return request.show(
        "consent/bank.html", status, opening=opening, bank=opening.bank, by_statement=by_statement or not opening.web,
        captions=captions_of(opening.bank), login_id=login_id, wrong=wrong or {}, here=f"/home/institutions/{opening.bank.id}",
        demo_users=trying.demo_users_of(request, opening.bank), asks=trying.asks(opening.bank), institutions=request.services.institutions,
        samples=trying.samples_for(request, found["application"], opening.bank), **found,
    )  # fmt: skip


def create_connection(request: PageRequest) -> PageResponse:
    form, tenant = request.form, request.person.tenant
    login = Login(
        request.path["institution_id"],
        form.text("login_id"),
        form.raw("password"),
        form.text("secondary_login_id"),
        form.text("security_code"),
    )
    bank = request.services.institutions.find(login.institution_id)
    wrong = missing(captions_of(bank), login.login_id, login.password)

    def start(session: Session) -> str:
        application = page_context(request, session)["application"]
        _forget_failed(request, session, login.institution_id)
        return connections.create_connection(session.of(tenant), login, production=bool(application.production))

    def again(said: dict[str, str]) -> PageResponse:
        return _bank_page(request, 400, by_statement=False, login_id=login.login_id, wrong=said)

    return again(wrong) if wrong else begin_job(request, start, again)


def missing(captions: Captions, login_id: str, password: str) -> dict[str, str]:
    asked = (("login_id", captions.login_id or "Login", login_id), ("password", captions.password or "Password", password))
    return {name: f"Type your {caption[:1].lower()}{caption[1:]}." for name, caption, given in asked if not given}


def _forget_failed(request: PageRequest, session: Session, institution_id: str) -> None:
    """A connection of this bank that never worked makes room for the next try."""
    tenant = request.person.tenant
    for row in connection_rows.connections_of_user(session.uow, *tenant):
        never = row.institution_id == institution_id and row.method == Method.WEB and row.last_used_at_ms is None
        if never and job_rows.unfinished_job(session.uow, tenant.application_id, row.id) is None:
            connections.delete_connection(session.of(tenant), row.id)


def begin_job(request: PageRequest, start: Callable[[Session], str], again: Callable[[dict[str, str]], PageResponse]) -> PageResponse:
    """Start a job and see it; what is refused is said in the form again. There must be an agreement."""
    tenant = request.person.tenant

    def work(session: Session) -> str | None:
        if consents.active_consent(session.of(tenant)) is None:
            return None
        job_id = start(session)
        record_job(session, request.person, job_id)
        return job_id

    try:
        job_id = request.write(work, tenant=tenant.application_id)
    except Problem as problem:
        return again(in_words([problem]))
    except Problems as several:
        return again(in_words(several.problems))
    return request.go(f"/home/jobs/{job_id}" if job_id else "/home/consent")


_WORDS = {
    codes.STATEMENT_NOT_VALID.key: "This file is neither a PDF nor a CSV. Download the statement from your bank and choose that file.",
    codes.INSTITUTION_NOT_SUPPORTED.key: "This bank's statements are not read in this form. Try its other form: PDF or CSV.",
    codes.INSTITUTION_DISABLED.key: "This bank cannot be connected at the moment. Try again another day, or choose another bank.",
    codes.INVALID_CREDENTIALS.key: "These are the details that were refused before. Change what is wrong. "
    "If your bank has unlocked your account since, remove the connection and connect the bank anew.",
    codes.SERVICE_UNAVAILABLE.key: "Too much is going on right now. Try again in a minute.",
}


def in_words(problems: list[Problem]) -> dict[str, str]:
    """Refusals by the field to blame, in a person's words where the API's are for developers."""
    return {FIELDS.get(each.parameter or "", ""): _WORDS.get(each.entry.key, each.detail) for each in problems}


def create_statement(request: PageRequest) -> PageResponse:
    tenant, institution_id = request.person.tenant, request.path["institution_id"]
    file = next(iter(request.form.files.get("statement", [])), None)
    limit = request.services.limits.statement_max_bytes

    def again(said: dict[str, str]) -> PageResponse:
        return _bank_page(request, 400, by_statement=True, wrong={"statement": " ".join(said.values())})

    if file is None or not file.content:
        return again({"": "Choose a file first: the statement as your bank gives it."})
    if len(file.content) > limit:
        return again({"": f"This file is too large: at most {limit // 1_048_576} MB. Choose a shorter period at your bank."})

    def start(session: Session) -> str:
        application = page_context(request, session)["application"]
        opening = next((each for each in openings(request, application) if each.bank.id == institution_id), None)
        if opening is None or not opening.upload:
            raise not_found("bank")
        return statements.create_statement(session.of(tenant), institution_id, upload, production=True)

    with keep_upload(request.services, tenant, file.content) or nullcontext() as upload:
        return begin_job(request, start, again)
