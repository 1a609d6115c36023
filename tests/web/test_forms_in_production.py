"""Sessions, cookies and forms of a server in production: behind TLS, with real data, every page and form, as an attacker tries them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx2
import pytest

from bowerbird.domain.operators.roles import Right
from bowerbird.model.reading import Role
from bowerbird.web.kernel.page import Page, PageAccess
from bowerbird.web.routes import PAGES
from tests.serving import Serving
from tests.web.client import PASSWORD, Pages, make_operator, session_of
from tests.web.test_totp import code_at, set_up

HOST = "money.example"
NO_ONE = "00000000-0000-4000-8000-000000000000"
SESSION, PERSON, VISITOR = (f"__Host-bowerbird-{name}" for name in ("session", "person", "visitor"))
_TOKEN = re.compile(r'name="csrf" value="([0-9a-f]{64})"')
FORMS = [page for page in PAGES if page.method == "POST"]
GUARDED = [page for page in PAGES if page.access is not PageAccess.ANYONE]


class TlsPages(Pages):
    """A browser behind a proxy that ends TLS: it keeps `Secure` cookies, which plain HTTP would not bring back."""

    def __init__(self, serving: Serving) -> None:
        super().__init__(serving)
        self.jar: dict[str, str] = {}
        self.http.event_hooks = {"request": [self._before], "response": [self._after]}

    def _before(self, request: httpx2.Request) -> None:
        request.headers["host"] = HOST
        request.headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self.jar.items())

    def _after(self, response: httpx2.Response) -> None:
        for header in response.headers.get_list("set-cookie"):
            name, _, value = header.partition(";")[0].partition("=")
            if value:
                self.jar[name] = value
            else:
                self.jar.pop(name, None)


class Production:
    """A server with a person and an owner who both are in, and the tokens of their forms."""

    def __init__(self, serving: Serving) -> None:
        self.serving = serving
        self.app = serving.application()
        self.user = self.app.new_user(email="gavin@hooli.com", mobile="0410888666")
        self.owner, self.other, self.person = TlsPages(serving), TlsPages(serving), TlsPages(serving)
        make_operator(serving)
        assert self.owner.sign_in().status_code == 303
        self.secret = set_up(self.owner)
        self.other.jar[SESSION] = session_of(serving, make_operator(serving, "sam", role=Role.SUPPORT))
        self.person.get("/home", params={"token": self.app.token("CLIENT_ACCESS", self.user)})
        self.tokens = {self.owner: self.owner.token("/dashboard/account"), self.person: self.person.token("/home/consent")}
        self.foreign = self.other.token("/dashboard/account")

    def owner_of(self, page: Page) -> TlsPages:
        """Whose page it is; the owner tries those of anyone too."""
        return self.person if page.access is PageAccess.PERSON else self.owner


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    folder = tmp_path_factory.mktemp("production")
    with Serving(folder, public_url=f"https://{HOST}", owners_need_totp="") as serving:
        serving.server.web.clock = serving.clock
        made = Production(serving)
        yield made
        for pages in (made.owner, made.other, made.person):
            pages.close()


def address_of(page: Page) -> str:
    return re.sub(r"\{[a-z_]+\}", NO_ONE, page.path)


Sent = tuple[Mapping[str, str], Mapping[str, str], str]
"""The form, the headers and the query of a try."""


def tries(own: str, swapped: str, foreign: str) -> dict[str, Sent]:
    """Forms that are not the visitor's own, by what is wrong with each."""
    other_sites = {
        "another origin": {"Origin": "https://evil.example"},
        "an origin that begins as ours": {"Origin": f"https://{HOST}.evil.example"},
        "an origin that ends as ours": {"Origin": f"https://evil-{HOST}"},
        "our origin with a user": {"Origin": f"https://{HOST}@evil.example"},
        "another port": {"Origin": f"https://{HOST}:8443"},
        "our host without TLS": {"Origin": f"http://{HOST}"},
        "a page of another site": {"Sec-Fetch-Site": "cross-site"},
        "a page of a neighbour": {"Sec-Fetch-Site": "same-site"},
        "no page at all": {"Sec-Fetch-Site": "none"},
        "a frame without origin": {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
    }
    found: dict[str, Sent] = {
        "no token": ({}, {}, ""),
        "an empty token": ({"csrf": ""}, {}, ""),
        "zeros": ({"csrf": "0" * 64}, {}, ""),
        "the token of another session": ({"csrf": foreign}, {}, ""),
        "the token of the other kind of session": ({"csrf": swapped}, {}, ""),
        "a shortened token": ({"csrf": own[:-1]}, {}, ""),
        "capitals": ({"csrf": own.upper() if own.upper() != own else "A" * 64}, {}, ""),
        "the token in the address": ({}, {}, f"?csrf={own}"),
        "the token in a header": ({}, {"X-CSRF-Token": own, "X-CSRFToken": own, "X-XSRF-Token": own}, ""),
    }
    return found | {name: ({"csrf": own}, headers, "") for name, headers in other_sites.items()}


def is_refused(answer: httpx2.Response) -> bool:
    return answer.status_code in (401, 403)


def test_every_form_is_refused_that_is_not_of_its_own_session(production: Production) -> None:
    made, wrong, count = production, list[str](), 0
    for page in FORMS:
        visitor, other = made.owner_of(page), made.person if made.owner_of(page) is made.owner else made.owner
        for name, (form, headers, query) in tries(made.tokens[visitor], made.tokens[other], made.foreign).items():
            answer = visitor.http.post(address_of(page) + query, data=form, headers=headers)
            count += 1
            wrong += [] if is_refused(answer) else [f"{page.name}, {name}: {answer.status_code} {answer.headers.get('location', '')}"]
    assert wrong == []
    assert count > 1000
    assert made.owner.get("/dashboard/account").status_code == 200
    assert made.person.get("/home/consent").status_code == 200


BODIES: list[dict[str, Any]] = [
    {"content": '{"csrf": "%s"}', "headers": {"Content-Type": "application/json"}},
    {"content": "csrf=%s", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
    {"content": '--x\r\nContent-Disposition: form-data; name="csrf"; filename="f"\r\n\r\n%s\r\n--x--\r\n',
     "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
]  # fmt: skip


def test_a_form_is_read_in_two_ways_only(production: Production) -> None:
    """JSON is no form, and a file is no field: what another site can send without a question to the server is read as nothing else."""
    for page in FORMS:
        visitor = production.owner_of(page)
        for body in BODIES:
            sent = {**body, "content": body["content"] % production.tokens[visitor]}
            answer = visitor.http.post(address_of(page), **sent)
            assert answer.status_code in (400, 401, 403), (page.name, body, answer.status_code)


def test_no_other_method_sends_a_form(production: Production) -> None:
    for page in FORMS:
        visitor, path = production.owner_of(page), address_of(page)
        for method in ("PUT", "PATCH", "DELETE", "OPTIONS"):
            answer = visitor.http.request(method, f"{path}?csrf={production.tokens[visitor]}", headers={"X-HTTP-Method-Override": "POST"})
            assert answer.status_code == 405, (page.name, method)
            assert "POST" in answer.headers["allow"]


def cookies_of(production: Production) -> dict[str, dict[str, str]]:
    """Jars that hold no session of this server over TLS, by what they hold."""
    session, person = production.owner.jar[SESSION], production.person.jar[PERSON]
    return {
        "nothing": {},
        "the name of plain HTTP": {"bowerbird-session": session, "bowerbird-person": person},
        "another prefix": {"__Secure-bowerbird-session": session, "__Secure-bowerbird-person": person},
        "small letters": {SESSION.lower(): session, PERSON.lower(): person},
        "swapped": {SESSION: person, PERSON: session},
        "a visitor's": {VISITOR: session},
        "shortened": {SESSION: session[:-1], PERSON: person[:-1]},
        "quoted": {SESSION: f'"{session}"', PERSON: f'"{person}"'},
        "an empty one before": {f"{SESSION}=x; x": session, f"{PERSON}=x; x": person},
        "a wildcard": {SESSION: "%", PERSON: "%"},
    }


def test_no_page_opens_without_its_session(production: Production) -> None:
    stranger, count = TlsPages(production.serving), 0
    for name, jar in cookies_of(production).items():
        for page in GUARDED:
            stranger.jar = dict(jar)
            answer = stranger.http.request(page.method, address_of(page), data={} if page.method == "POST" else None)
            count += 1
            leads_away = answer.status_code == 303 and answer.headers["location"].startswith("/dashboard/sign-in")
            assert is_refused(answer) or leads_away, (name, page.name, answer.status_code)
    stranger.close()
    assert count > 1000


def test_an_owner_without_a_second_step_reaches_their_own_account_only(production: Production) -> None:
    """Real data is stored: the password alone opens nothing else, nor does a session from before."""
    bare = TlsPages(production.serving)
    bare.jar[SESSION] = session_of(production.serving, make_operator(production.serving, "olga", role=Role.OWNER))
    token = bare.token("/dashboard/account")
    for page in GUARDED:
        if not isinstance(page.access, Right) or page.path.startswith(("/dashboard/account", "/dashboard/sign-out")):
            continue
        sent = {"csrf": token} if page.method == "POST" else None
        answer = bare.http.request(page.method, address_of(page), data=sent)
        assert (answer.status_code, answer.headers.get("location")) == (303, "/dashboard/account?authenticator=required"), page.name
    bare.close()


def test_every_cookie_is_bound_to_the_host_and_to_tls(production: Production) -> None:
    seen: list[str] = []
    browser = TlsPages(production.serving)
    production.serving.advance(seconds=120)
    answers = [browser.get("/dashboard/sign-in"), browser.sign_in()]
    answers.append(browser.send("/dashboard/sign-in/code", {"code": code_at(production.serving, production.secret)}))
    answers.append(browser.send("/dashboard/theme", {"theme": "dark"}, on="/dashboard/account"))
    answers.append(browser.send("/dashboard/sign-out", on="/dashboard/account"))
    answers.append(browser.get("/home", params={"token": production.app.token("CLIENT_ACCESS", production.user)}))
    for answer in answers:
        seen += answer.headers.get_list("set-cookie")
    browser.close()
    assert {header.partition("=")[0] for header in seen} >= {SESSION, PERSON, VISITOR, "__Host-bowerbird-second-step"}
    for header in seen:
        parts = header.split("; ")
        assert parts[0].startswith("__Host-bowerbird-"), header
        assert {"Path=/", "HttpOnly", "Secure"} <= set(parts), header
        assert ("SameSite=Lax" if parts[0].startswith(PERSON) else "SameSite=Strict") in parts, header
        assert not any(part.startswith("Domain") for part in parts), header


def test_a_session_that_was_planted_is_not_taken_over(production: Production) -> None:
    """Signing in and arriving make sessions of their own, whatever a browser brings."""
    browser = TlsPages(production.serving)
    browser.jar = {SESSION: "planted" * 6, PERSON: "planted" * 6, VISITOR: "planted" * 6}
    production.serving.advance(seconds=120)
    assert browser.sign_in(password=PASSWORD).status_code == 303
    browser.send("/dashboard/sign-in/code", {"code": code_at(production.serving, production.secret)})
    browser.get("/home", params={"token": production.app.token("CLIENT_ACCESS", production.user)})
    assert not any("planted" in browser.jar[name] for name in (SESSION, PERSON))
    assert browser.get("/dashboard/account").status_code == 200
    browser.close()


def test_a_browser_asks_this_server_over_tls_only(production: Production, unknown_bank: Pages) -> None:
    for pages, expected in ((production.owner, "max-age=31536000"), (unknown_bank, None)):
        for path in ("/dashboard/account", "/dashboard/sign-in", "/links", "/home/sorry", "/dashboard/no-such-page"):
            assert pages.http.get(path).headers.get("strict-transport-security") == expected, path
