"""The request that a page answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, TypeVarTuple

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents.gate import read_scope
from bowerbird.domain.consents.person_sessions import PersonSession
from bowerbird.domain.operators import audit, roles
from bowerbird.domain.operators.operators import Operator
from bowerbird.domain.operators.roles import Right
from bowerbird.domain.services import EVERY_TENANT, ActingFor, EveryTenant, Services, Session
from bowerbird.model.reading import Reader, ReadKind
from bowerbird.model.secrets import new_secret
from bowerbird.web.kernel import cookies, languages, recording
from bowerbird.web.kernel.context import PageContext
from bowerbird.web.kernel.cookies import Cookie
from bowerbird.web.kernel.forms import Form
from bowerbird.web.kernel.page import Page
from bowerbird.web.kernel.response import NOT_STORED, PageResponse, redirect
from bowerbird.web.kernel.role_forms import disable_refused, refusal_of

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

THEMES = ("system", "light", "dark")
SESSION = "session"
"""The cookie of a signed-in operator."""
SECOND_STEP = "second-step"
"""The cookie of an operator whose password was right and whose code is still to come."""
TRYING = "trying"
"""The cookie with the temporary key of the reference's examples, which ends with the session."""
_THEME, _VISITOR, _LANGUAGE = "theme", "visitor", "language"


@dataclass(slots=True)
class PageRequest:
    """A request to a page. `secret` is what the visitor's forms are bound to: the session's, or that of a cookie without a session.

    `audited`: what the operator does here is in the audit, or is nothing to record. `shows_person`: the response has a person's data.
    """

    context: PageContext
    correlation_id: str
    page: Page | None
    path: Mapping[str, str]
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    client: str
    url: str
    form: Form = field(default_factory=Form)
    secret: str = ""
    operator: Operator | None = None
    known_person: PersonSession | None = None
    new_cookies: list[Cookie] = field(default_factory=list)
    loop: asyncio.AbstractEventLoop | None = None
    audited: bool = False
    shows_person: bool = False
    _cookies: dict[str, str] | None = None

    @property
    def services(self) -> Services:
        return self.context.services

    @property
    def signed_in(self) -> Operator:
        """The operator of a page that requires one."""
        if self.operator is None:
            raise RuntimeError("this page does not require an operator")
        return self.operator

    @property
    def person(self) -> PersonSession:
        """The person of a consent page."""
        if self.known_person is None:
            raise RuntimeError("this page is not a consent page")
        return self.known_person

    @property
    def partial(self) -> bool:
        """Whether the browser asks for a part of a page, to replace one of the open page."""
        return self.headers.get("hx-request") == "true"

    def one(self, name: str) -> str:
        """A query parameter, stripped: the last one where it is given twice; empty where it is missing."""
        values = self.query.get(name)
        return values[-1].strip() if values else ""

    def cookie(self, name: str) -> str:
        if self._cookies is None:
            self._cookies = cookies.read(self.headers.get("cookie", ""))
        return self._cookies.get(cookies.named(name, secure=self.context.secure), "")

    @property
    def theme(self) -> str:
        theme = self.cookie(_THEME)
        return theme if theme in THEMES else THEMES[0]

    def set_theme(self, theme: str) -> None:
        self.new_cookies.append(Cookie(_THEME, theme if theme in THEMES else THEMES[0], cookies.YEAR_SECONDS))

    @property
    def language(self) -> str:
        """The language of a customer's page: what they chose in this browser, else what it says they read."""
        chosen = self.cookie(_LANGUAGE)
        return chosen if chosen in languages.LANGUAGES else languages.accepted_language(self.headers.get("accept-language", ""))

    def set_language(self, language: str) -> None:
        """Keep a choice until the browser closes; a language that there is not is no choice."""
        if language in languages.LANGUAGES:
            self.new_cookies.append(Cookie(_LANGUAGE, language, arriving=True))

    def known_secret(self) -> str:
        """The secret that this browser sent; empty for a first visit."""
        return self.secret or self.cookie(_VISITOR)

    @property
    def csrf(self) -> str:
        """The token of a form on this page. A visitor without a session gets a cookie with a secret for it."""
        if not self.known_secret():
            self.secret = new_secret()
            self.new_cookies.append(Cookie(_VISITOR, self.secret))
        return cookies.token_for(self.known_secret())

    def forget_visitor(self) -> None:
        """Delete the visitor's secret on signing in: forms of before are invalid from then on."""
        self.new_cookies.append(Cookie(_VISITOR, "", 0))

    @property
    def tenant(self) -> Tenant | str:
        """Who this page acts for: the person at a consent page, else the user or the application that the path names.

        Raises RuntimeError for a page that belongs to no application: it names a tenant itself.
        """
        if self.known_person is not None:
            return self.known_person.tenant
        application_id, user_id = self.path.get("application_id"), self.path.get("user_id")
        if not application_id:
            raise RuntimeError("this page belongs to no application")
        return Tenant(application_id, user_id) if user_id else application_id

    def read(self, work: Callable[[Session, *Ts], T], *args: *Ts, tenant: Tenant | ActingFor | None = None) -> T:
        """Run `work(session, *args)` as a read, on behalf of the page's tenant where no other is given."""
        return self.services.read_now(work, *args, tenant=self.tenant if tenant is None else tenant)

    def write(self, work: Callable[[Session, *Ts], T], *args: *Ts, tenant: Tenant | ActingFor | None = None) -> T:
        """Run `work(session, *args)` as a write and commit it, on behalf of the page's tenant where no other is given.

        The first write of an operator's form has its entry of the audit beside it, in one unit of work.
        """
        acting_for = self.tenant if tenant is None else tenant
        if self.audited or not recording.is_recorded(self):
            return self.services.write_from_thread(work, *args, tenant=acting_for)

        def recorded(session: Session, *args: *Ts) -> T:
            result = work(session, *args)
            action = recording.action_of(self)  # after the work, which may find out whose data it is
            if not isinstance(acting_for, EveryTenant):
                action = action._replace(application_id=acting_for.application_id if isinstance(acting_for, Tenant) else acting_for)
            audit.record(session, action)
            return result

        result = self.services.write_from_thread(recorded, *args, tenant=acting_for)
        self.audited = True
        return result

    def concerns(self, **ids: str) -> None:
        """The page shows data of a user, or of users of an application, whom the path may name by something else."""
        self.path, self.shows_person = {**self.path, **ids}, True

    def may(self, right: str) -> bool:
        """Whether the operator's role has a right, by its name: read, support, develop, own."""
        return self.operator is not None and roles.may(self.operator.role, Right[right.upper()])

    def refusal_of(self, action: str) -> str:
        """Why the operator may not send a form to an address; empty where they may."""
        return refusal_of(self, action)

    def read_across(self, work: Callable[[Session, *Ts], T], *args: *Ts) -> T:
        """Run a read across tenants: for operators' lists, and to look up a secret that does not name its application."""
        return self.services.read_now(work, *args, tenant=EVERY_TENANT)

    def write_across(self, work: Callable[[Session, *Ts], T], *args: *Ts) -> T:
        """Run a write across tenants and commit it."""
        return self.write(work, *args, tenant=EVERY_TENANT)

    def record_read(self, kind: ReadKind) -> None:
        """Count in the reading log that an operator saw something of the user whom the path names."""
        consent_id = self.read(read_scope).consent_id
        now, (application_id, user_id) = self.services.clock.now(), (self.path["application_id"], self.path["user_id"])
        self.services.reads.record(now, application_id, user_id, kind, Reader.OPERATOR, consent_id)

    def on_loop(self, work: Coroutine[None, None, T]) -> T:
        """Run a coroutine on the server's loop from this page's thread, and wait for its result."""
        if self.loop is None:
            work.close()
            raise RuntimeError("this request came over no event loop")
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def show(self, template: str, status: int = 200, **values: Any) -> PageResponse:
        """A page made of a template, which reads the values and `request`."""
        with languages.speaking(self.language if template in languages.PAGES else languages.ENGLISH):
            markup = self.context.templates.render(template, {"request": self, **values})
        return PageResponse(status, disable_refused(self, markup).encode(), headers=(NOT_STORED,))

    def go(self, path: str) -> PageResponse:
        """Redirect to another page of this server; from a part of a page too the browser loads the whole page."""
        if self.partial:
            return PageResponse(204, headers=(("hx-redirect", redirect(path).headers[0][1]), NOT_STORED))
        return redirect(path)
