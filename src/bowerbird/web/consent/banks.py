"""Choosing a bank and connecting it: by its login, or by a statement."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, NamedTuple

from bowerbird import codes
from bowerbird.domain import connections, consents, statements
from bowerbird.domain.applications import takes_statements
from bowerbird.domain.person_sessions import note_job
from bowerbird.domain.uploads import keep_upload
from bowerbird.model.connection import Login, Method
from bowerbird.model.institution import Captions, Institution
from bowerbird.model.problem import Problem, Problems
from bowerbird.storage import connections as connection_rows
from bowerbird.storage import jobs as job_rows
from bowerbird.storage.unit_of_work import UnitOfWork
from bowerbird.web import trying
from bowerbird.web.consent.entrance import frame
from bowerbird.web.refusal import Refusal, not_found
from bowerbird.web.reply import Reply
from bowerbird.web.visit import Visit

_SHOWN = 20
FIELDS = {"secondaryLoginId": "secondary_login_id", "securityCode": "security_code", "loginId": "login_id", "password": "password"}
"""A parameter of the API that is to blame, and the field of the form it came from."""


class Opening(NamedTuple):
    """A bank that this application's people can connect, and how."""

    bank: Institution
    web: bool
    upload: bool


def openings(visit: Visit, application: Any) -> list[Opening]:
    """The heaviest in the market first, test banks last, then by name."""
    products = application.products.split(",")
    uploads = "statements" in products and takes_statements(bool(application.production), application.products)
    found = []
    for bank in visit.world.institutions:
        web = bool(bank.channel(Method.WEB) and visit.world.plugins.connector_for(bank.origin) and (bank.sandbox or application.production))
        upload = uploads and not bank.sandbox and bool(bank.channel(Method.PDF) or bank.channel(Method.CSV))
        if not bank.disabled and (web or upload):
            found.append(Opening(bank, web, upload))
    return sorted(found, key=lambda each: (each.bank.sandbox, each.bank.tier, each.bank.name.casefold()))


def matching(found: list[Opening], search: str) -> list[Opening]:
    """Those whose names have every word of a search; those that begin with it first."""
    words = search.casefold().split()

    def text(each: Opening) -> str:
        return f"{each.bank.name} {each.bank.short_name} {each.bank.service_name}".casefold()

    kept = [each for each in found if all(word in text(each) for word in words)]
    return sorted(kept, key=lambda each: not text(each).startswith(search.casefold().strip()))


def captions_of(bank: Institution | None) -> Captions:
    channel = bank.channel(Method.WEB) if bank else None
    return channel.captions if channel else Captions()


def show_institutions(visit: Visit) -> Reply:
    found = _frame_with_consent(visit)
    if isinstance(found, Reply):
        return found
    search = visit.one("search")
    kept = matching(openings(visit, found["application"]), search)
    template = "consent/institution_list.html" if visit.partial else "consent/institutions.html"
    return visit.show(
        template,
        search=search,
        openings=kept[:_SHOWN],
        left=max(0, len(kept) - _SHOWN),
        rehearsable=trying.may_rehearse(visit, found["application"]),
        **found,
    )


def _frame_with_consent(visit: Visit) -> dict[str, Any] | Reply:
    """The frame, or the way to the agreement that must come first."""

    def read(uow: UnitOfWork) -> dict[str, Any] | None:
        agreed = consents.active_consent(uow, visit.person.tenant) is not None
        return frame(visit, uow) if agreed else None

    return visit.read(read, tenant=visit.person.tenant.application_id) or visit.go("/home/consent")


def show_institution(visit: Visit) -> Reply:
    return _bank_page(visit, 200, by_statement=False)


def show_upload(visit: Visit) -> Reply:
    return _bank_page(visit, 200, by_statement=True)


def _bank_page(visit: Visit, status: int, *, by_statement: bool, login_id: str = "", wrong: dict[str, str] | None = None) -> Reply:
    """`wrong` says what was wrong by field; under the empty name, what no field is to blame for."""
    found = _frame_with_consent(visit)
    if isinstance(found, Reply):
        return found
    opening = next((each for each in openings(visit, found["application"]) if each.bank.id == visit.path["institution_id"]), None)
    if opening is None:
        text = "It may be closed for the moment, or the app that sent you here does not work with it."
        raise Refusal(404, "This bank cannot be connected here", text, ("Choose another bank", "/home/institutions"))
    return visit.show(
        "consent/bank.html", status, opening=opening, bank=opening.bank, by_statement=by_statement or not opening.web,
        captions=captions_of(opening.bank), login_id=login_id, wrong=wrong or {}, here=f"/home/institutions/{opening.bank.id}",
        cast=trying.cast_of(visit, opening.bank), asks=trying.asks(opening.bank), institutions=visit.world.institutions,
        samples=trying.samples_for(found["application"], opening.bank), **found,
    )  # fmt: skip


def create_connection(visit: Visit) -> Reply:
    form, tenant = visit.form, visit.person.tenant
    login = Login(
        visit.path["institution_id"],
        form.text("login_id"),
        form.raw("password"),
        form.text("secondary_login_id"),
        form.text("security_code"),
    )
    bank = visit.world.institutions.find(login.institution_id)
    wrong = missing(captions_of(bank), login.login_id, login.password)

    def start(uow: UnitOfWork) -> str:
        application = frame(visit, uow)["application"]
        _forget_failed(visit, uow, login.institution_id)
        return connections.create_connection(visit.world, uow, tenant, login, production=bool(application.production))

    def again(said: dict[str, str]) -> Reply:
        return _bank_page(visit, 400, by_statement=False, login_id=login.login_id, wrong=said)

    return again(wrong) if wrong else begin_job(visit, start, again)


def missing(captions: Captions, login_id: str, password: str) -> dict[str, str]:
    asked = (("login_id", captions.login_id or "Login", login_id), ("password", captions.password or "Password", password))
    return {name: f"Type your {caption[:1].lower()}{caption[1:]}." for name, caption, given in asked if not given}


def _forget_failed(visit: Visit, uow: UnitOfWork, institution_id: str) -> None:
    """A connection of this bank that never worked makes room for the next try."""
    tenant = visit.person.tenant
    for row in connection_rows.connections_of_user(uow, *tenant):
        never = row.institution_id == institution_id and row.method == Method.WEB and row.last_used is None
        if never and job_rows.unfinished_job(uow, tenant.application_id, row.id) is None:
            connections.delete_connection(visit.world, uow, tenant, row.id)


def begin_job(visit: Visit, start: Callable[[UnitOfWork], str], again: Callable[[dict[str, str]], Reply]) -> Reply:
    """Start a job and see it; what is refused is said in the form again. There must be an agreement."""
    tenant = visit.person.tenant

    def work(uow: UnitOfWork) -> str | None:
        if consents.active_consent(uow, tenant) is None:
            return None
        job_id = start(uow)
        note_job(uow, visit.person, job_id)
        return job_id

    try:
        job_id = visit.write(work, tenant=tenant.application_id)
    except Problem as problem:
        return again(in_words([problem]))
    except Problems as several:
        return again(in_words(several.problems))
    return visit.go(f"/home/jobs/{job_id}" if job_id else "/home/consent")


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


def create_statement(visit: Visit) -> Reply:
    tenant, institution_id = visit.person.tenant, visit.path["institution_id"]
    file = next(iter(visit.form.files.get("statement", [])), None)
    limit = visit.world.limits.statement_max_bytes

    def again(said: dict[str, str]) -> Reply:
        return _bank_page(visit, 400, by_statement=True, wrong={"statement": " ".join(said.values())})

    if file is None or not file.content:
        return again({"": "Choose a file first: the statement as your bank gives it."})
    if len(file.content) > limit:
        return again({"": f"This file is too large: at most {limit // 1_048_576} MB. Choose a shorter period at your bank."})

    def start(uow: UnitOfWork) -> str:
        application = frame(visit, uow)["application"]
        opening = next((each for each in openings(visit, application) if each.bank.id == institution_id), None)
        if opening is None or not opening.upload:
            raise not_found("bank")
        return statements.create_statement(visit.world, uow, tenant, institution_id, upload, production=True)

    with keep_upload(visit.world, tenant, file.content) or nullcontext() as upload:
        return begin_job(visit, start, again)
