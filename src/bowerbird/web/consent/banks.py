"""Choosing a bank and connecting it: by its login, or by a statement."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from bowerbird import codes
from bowerbird.domain.access.applications import ApplicationRow, takes_statements
from bowerbird.domain.connections import connections
from bowerbird.domain.consents import consents
from bowerbird.domain.consents.person_sessions import PersonSession, record_job
from bowerbird.domain.services import Session
from bowerbird.domain.statements import statements
from bowerbird.domain.statements.uploads import Upload, keep_upload
from bowerbird.model.connection import ConnectionStatus, Login, Method
from bowerbird.model.consent import Way
from bowerbird.model.institution import Captions, Institution, Tier
from bowerbird.model.problem import Problem, Problems
from bowerbird.model.statement import FileKind
from bowerbird.statements.files import kind_of
from bowerbird.statements.refusal import shown
from bowerbird.web.consent import refused_files
from bowerbird.web.consent.branding import is_offered, require_offered
from bowerbird.web.consent.sign_in import PageFrame, page_frame
from bowerbird.web.consent.uploads import MAX_UPLOADS, list_uploads
from bowerbird.web.kernel import samples
from bowerbird.web.kernel.languages import gettext
from bowerbird.web.kernel.languages import say as _
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageRefused, PageResponse, not_found

_SHOWN = 20
FIELDS = {"secondaryLoginId": "secondary_login_id", "securityCode": "security_code", "loginId": "login_id", "password": "password"}
"""The form's field for a parameter of the API."""
_WAYS = {Method.WEB: Way.LOGIN, Method.OPEN_BANKING: Way.BANK_PAGES}
_VIEW_CONSENT = ("View your data sharing", "/home/manage")
WrongFields = dict[str, str]
"""What is wrong with each field of a form; under the empty name, what concerns no field."""


class BankOption(NamedTuple):
    """A bank that this application's people can connect, and how: by a login form here, at its own pages, by files."""

    bank: Institution
    web: bool
    own_pages: bool
    files: frozenset[FileKind]

    @property
    def upload(self) -> bool:
        return bool(self.files)

    @property
    def file_names(self) -> str:
        """What can be uploaded, in words."""
        kinds = ((FileKind.PDF, _("PDF")), (FileKind.CSV, _("CSV or Excel")))
        return _(" or ").join(word for kind, word in kinds if kind in self.files)


def bank_options(request: PageRequest, application: ApplicationRow) -> list[BankOption]:
    """The banks that can be read now, each in the ways it can and the application offers.

    Those that the application lists come first in its order, then the largest, test banks last, then by name.
    """
    look, uploads = application.branding, "statements" in application.products
    uploads = uploads and takes_statements(application.production, application.products)
    options, places = [], {institution_id: place for place, institution_id in enumerate(look.institutions)}
    for bank in request.services.institutions:
        is_open = (bank.sandbox or application.production) and connections.can_be_asked(request.services, bank)
        web, own_pages = (
            is_open and bank.channel(method) is not None and is_offered(look, bank.id, _WAYS[method]) for method in connections.BY_BANK
        )
        files = statements.files_of(request.services, bank) if uploads and is_offered(look, bank.id, Way.FILES) else frozenset()
        if not bank.disabled and (web or own_pages or files):
            options.append(BankOption(bank, web, own_pages, files))

    def place(option: BankOption) -> tuple[int, bool, Tier, str]:
        return places.get(option.bank.id, len(places)), option.bank.sandbox, option.bank.tier, option.bank.name.casefold()

    return sorted(options, key=place)


def matching(options: list[BankOption], search: str) -> list[BankOption]:
    """The banks whose names have every word of a search; those that begin with it first."""
    words = search.casefold().split()

    def names(option: BankOption) -> str:
        return f"{option.bank.name} {option.bank.short_name} {option.bank.service_name}".casefold()

    matches = [option for option in options if all(word in names(option) for word in words)]
    return sorted(matches, key=lambda option: not names(option).startswith(search.casefold().strip()))


def captions_of(bank: Institution | None) -> Captions:
    channel = bank.channel(Method.WEB) if bank else None
    return channel.captions if channel else Captions()


def show_institutions(request: PageRequest) -> PageResponse:
    frame = request.read(partial(_frame_with_consent, request))
    if frame is None:
        return request.go("/home/consent")
    search = request.one("search")
    matches = matching(bank_options(request, frame.application), search)
    return request.show(
        "consent/institution_list.html" if request.partial else "consent/institutions.html", search=search, options=matches[:_SHOWN],
        left=max(0, len(matches) - _SHOWN), may_allow_statements=samples.may_rehearse(request, frame.application), **frame._asdict(),
    )  # fmt: skip


def _frame_with_consent(request: PageRequest, session: Session) -> PageFrame | None:
    """None without a consent, which must come first. Raises PageRefused where the person has connected the one bank that is asked for."""
    if not consents.has_active_consent(session):
        return None
    frame = page_frame(request, session)
    _require_room(request, session, frame.application)
    return frame


def _require_room(request: PageRequest, session: Session, application: ApplicationRow) -> None:
    """Raises PageRefused where the application asks for one bank and another one than that of the path is connected."""
    if application.branding.several_banks:
        return
    here = request.path.get("institution_id", "")
    if any(each.status is ConnectionStatus.ACTIVE and each.institution_id != here for each in connections.list_connections(session)):
        text = _("%(name)s asks for one bank. To connect a different one, disconnect the first.", name=application.name)
        raise PageRefused(409, _("Your bank is connected already"), text, _VIEW_CONSENT)


def _require_alone(request: PageRequest, session: Session, application: ApplicationRow) -> None:
    """Raises PageRefused where the application asks for one bank and another is being connected: of two logins at once one waits here."""
    if not application.branding.several_banks and connections.is_connecting_elsewhere(session, request.path["institution_id"]):
        text = _(
            "%(name)s asks for one bank, and another is being connected. Wait until it is done, or disconnect it first.",
            name=application.name,
        )
        raise PageRefused(409, _("Another bank is being connected"), text, _VIEW_CONSENT)


def require_way(request: PageRequest, session: Session, way: Way) -> ApplicationRow:
    """The application, where it offers the bank of the path in this way and the person may connect it. Raises PageRefused."""
    application = page_frame(request, session).application
    require_offered(application, request.path["institution_id"], way)
    _require_alone(request, session, application)
    _require_room(request, session, application)
    return application


def show_institution(request: PageRequest) -> PageResponse:
    return _bank_page(request, 200, by_statement=False)


def show_upload(request: PageRequest) -> PageResponse:
    """The form for statements, with those that were uploaded in this session; asked for by a script, the list alone."""
    if request.partial:
        bank_id = request.path["institution_id"]
        uploads = request.read(list_uploads, request.person, request.services.institutions.find(bank_id))
        return request.show("consent/uploads_part.html", uploads=uploads, here=f"/home/institutions/{bank_id}")
    return _bank_page(request, 200, by_statement=True)


def _bank_page(
    request: PageRequest, status: int, *, by_statement: bool, login_id: str = "", wrong: WrongFields | None = None
) -> PageResponse:
    frame = request.read(partial(_frame_with_consent, request))
    if frame is None:
        return request.go("/home/consent")
    option = _find_option(request, frame.application)
    if option is None:
        text = _("It may be temporarily unavailable, or the app that sent you here does not support it.")
        raise PageRefused(404, _("This bank cannot be connected"), text, (_("Choose another bank"), "/home/institutions"))
    bank = option.bank
    return request.show(
        "consent/bank.html", status, option=option, bank=bank, by_statement=by_statement or not (option.web or option.own_pages),
        captions=captions_of(bank), login_id=login_id, wrong=wrong or {}, here=f"/home/institutions/{bank.id}",
        demo_users=samples.demo_users_of(request, bank), asks=samples.asks(bank), institutions=request.services.institutions,
        samples=samples.samples_for(request, frame.application, bank), most_uploads=MAX_UPLOADS,
        uploads=request.read(list_uploads, request.person, bank) if by_statement else [], **frame._asdict(),
    )  # fmt: skip


def _find_option(request: PageRequest, application: ApplicationRow) -> BankOption | None:
    """The bank that the path names, if the application's people can connect it."""
    options = bank_options(request, application)
    return next((option for option in options if option.bank.id == request.path["institution_id"]), None)


def create_connection(request: PageRequest) -> PageResponse:
    form = request.form
    login = Login(
        request.path["institution_id"],
        form.text("login_id"),
        form.raw("password"),
        form.text("secondary_login_id"),
        form.text("security_code"),
    )
    bank = request.services.institutions.find(login.institution_id)

    def show_again(wrong: WrongFields) -> PageResponse:
        return _bank_page(request, 400, by_statement=False, login_id=login.login_id, wrong=wrong)

    wrong = missing_fields(captions_of(bank), login.login_id, login.password)
    return show_again(wrong) if wrong else start_job(request, partial(_create_connection, request, login), show_again)


def show_refusal(request: PageRequest, wrong: WrongFields) -> PageResponse:
    """The page of the bank that the path names, with what is wrong."""
    return _bank_page(request, 400, by_statement=False, wrong=wrong)


def _create_connection(request: PageRequest, login: Login, session: Session) -> str:
    application = require_way(request, session, Way.LOGIN)
    connections.replace_waiting_connections(session, login.institution_id, request.person.job_ids)
    connections.delete_failed_connections(session, login.institution_id)
    return connections.create_connection(session, login, production=application.production)


def missing_fields(captions: Captions, login_id: str, password: str) -> WrongFields:
    fields = (("login_id", captions.login_id or "Login", login_id), ("password", captions.password or "Password", password))
    return {name: _("Please fill in: %(field)s.", field=gettext(caption)) for name, caption, value in fields if not value}


def start_job(request: PageRequest, start: Callable[[Session], str], show_again: Callable[[WrongFields], PageResponse]) -> PageResponse:
    """Start a job and go to its page; a refusal shows the form again. Without a consent: go to its page."""
    started = try_job(request, request.person, start)
    if started.wrong:
        return show_again(started.wrong)
    return request.go(f"/home/jobs/{started.job_id}" if started.job_id else "/home/consent")


class StartedJob(NamedTuple):
    """A job that was started, or why it was not; neither of both without a consent."""

    job_id: str | None
    wrong: WrongFields


def try_job(request: PageRequest, person: PersonSession, start: Callable[[Session], str]) -> StartedJob:
    """Start a job of a person's session."""
    try:
        return StartedJob(request.write(_start_job, person, start), {})
    except Problem as problem:
        return StartedJob(None, in_words([problem]))
    except Problems as several:
        return StartedJob(None, in_words(several.problems))


def _start_job(session: Session, person: PersonSession, start: Callable[[Session], str]) -> str | None:
    if not consents.has_active_consent(session):
        return None
    job_id = start(session)
    record_job(session, person, job_id)
    return job_id


WORDS = {
    codes.INSTITUTION_NOT_SUPPORTED.key: "Statements of this bank cannot be read in this format. The page of the bank says which can.",
    codes.INSTITUTION_DISABLED.key: "This bank cannot be connected at the moment. Please try again later, or choose another bank.",
    codes.INVALID_CREDENTIALS.key: "Your bank has already rejected these details. Please correct them. "
    "If your bank has unlocked your account since then, disconnect the bank and connect it again.",
    codes.SERVICE_UNAVAILABLE.key: "We are very busy at the moment. Please try again in a minute.",
}


def in_words(problems: list[Problem]) -> WrongFields:
    """Problems by the form's field, in words for a customer where the catalogue's are for a developer."""
    return {FIELDS.get(problem.parameter or "", ""): gettext(WORDS.get(problem.entry.key, problem.detail)) for problem in problems}


def create_statement(request: PageRequest) -> PageResponse:
    """Start a job for each file, and go to the job of a single one, or to the list of several."""
    files = [file for file in request.form.files.get("statement", []) if file.content]
    if not files:
        return _upload_again(request, [_("Please choose the statement that you downloaded from your bank.")])
    if len(files) > MAX_UPLOADS:
        return _upload_again(request, [_("Please choose at most %(most)s files at once.", most=MAX_UPLOADS)])
    person, refused, job_id = request.person, list[str](), ""
    for file in files:
        started = _start_statement(request, person, file.content)
        if started.job_id is not None:
            job_id, person = started.job_id, replace(person, job_ids=(*person.job_ids, started.job_id))
        elif not started.wrong:
            return request.go("/home/consent")
        else:
            name = f"{shown(file.name)}: " if len(files) > 1 else ""
            refused.append(name + " ".join(started.wrong.values()))
    if refused:
        return _upload_again(request, refused)
    return request.go(
        f"/home/jobs/{job_id}" if len(files) == 1 else f"/home/institutions/{request.path['institution_id']}/statement#uploads"
    )


def _upload_again(request: PageRequest, refused: list[str]) -> PageResponse:
    return _bank_page(request, 400, by_statement=True, wrong={"statement": "\n".join(refused)})


def _start_statement(request: PageRequest, person: PersonSession, content: bytes) -> StartedJob:
    limit = request.services.limits.statement_max_bytes
    if len(content) > limit:
        why = _("This file is larger than %(size)s MB. Please choose a shorter period at your bank.", size=limit // 1_048_576)
        return StartedJob(None, {"": why})
    if why := _why_unreadable(request, content):
        return StartedJob(None, {"": why})
    with keep_upload(request.services, person.tenant, content) or nullcontext() as upload:
        return try_job(request, person, partial(_create_statement, request, upload))


def _why_unreadable(request: PageRequest, content: bytes) -> str:
    """Why a file cannot be read of the bank that the path names, by what it is; empty where it can. Raises PageRefused for another bank."""
    option = _find_option(request, request.read(partial(page_frame, request)).application)
    if option is None or not option.upload:
        raise not_found("bank")
    kind, bank = kind_of(content), option.bank.short_name
    if kind is None:
        return refused_files.not_a_statement(content, option.file_names, bank)
    is_read = option.bank.channel(Method.PDF if kind is FileKind.PDF else Method.CSV) is not None
    return "" if is_read else refused_files.wrong_kind(kind, option.file_names, bank)


def _create_statement(request: PageRequest, upload: Upload | None, session: Session) -> str:
    option = _find_option(request, require_way(request, session, Way.FILES))
    if option is None or not option.upload:
        raise not_found("bank")
    return statements.create_statement(session, option.bank.id, upload, production=True)
