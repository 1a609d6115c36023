"""Who is let in: tokens, what a user's token opens, API keys, and pages without signing in."""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

from bowerbird.api.operation import Access, BodyKind
from bowerbird.api.routes import OPERATIONS
from bowerbird.domain.access.applications import create_key, revoke_key
from bowerbird.domain.access.tokens import VERSIONS, Scope, create_token
from bowerbird.model.clock import ManualClock, SystemClock
from bowerbird.model.secrets import new_secret
from bowerbird.storage.vault.envelope import new_key
from bowerbird.verify.asking import ask, ask_for_token, ask_with_token
from bowerbird.verify.life import Belongings, belongings
from bowerbird.verify.report import expect
from bowerbird.verify.served import EMAIL, Served
from bowerbird.web.kernel.cookies import FIELD, named, token_for
from bowerbird.web.kernel.page import Page, PageAccess
from bowerbird.web.routes import PAGES

_REFUSED = (401, 403)
_NAME = re.compile(r"\{(\w+)\}")


def check_tokens(served: Served) -> str:
    """A right token opens; one that was changed in any part, ended, or was signed by anybody else does not."""
    token, url = served.token(), served.server.url
    served.theirs.create_user(email=EMAIL)
    expect(ask_with_token(url, "GET", "/users", token).status == 200, "a right token is refused")
    count = 0
    for what, wrong in _wrong_tokens(served, token):
        answer = ask_with_token(url, "GET", "/users", wrong)
        expect(answer.status in _REFUSED, f"{what} is answered with {answer.status}")
        count += 1
    return f"{count} tokens that are forged, unsigned, expired, altered or of another server: 0 let in"


def _wrong_tokens(served: Served, token: str) -> Iterator[tuple[str, str]]:
    header, payload, signature = token.split(".")
    claims = json.loads(_decoded(payload))
    theirs = claims | {"applicationid": served.copy.theirs.application_id}
    yield "a token that names another application", ".".join((header, _encoded(theirs), signature))
    yield "a token that says it is unsigned", ".".join((_encoded({"alg": "none", "typ": "JWT"}), payload, ""))
    yield "a token without its signature", ".".join((header, payload, ""))
    yield "a token with a changed signature", token[:-8] + token[-8:].swapcase() + "A"
    for what, key, algorithm in (
        ("with another key", new_key(), "HS256"), ("with an empty key", b"", "HS256"), ("by another algorithm", new_key(), "HS512"),
        ("with the API key", served.copy.ours.secret.encode(), "HS256"),
    ):  # fmt: skip
        yield f"a token signed {what}", _signed(claims, key, algorithm)
    yield "an API key as a token", served.copy.ours.secret
    yield "no token", ""
    past = replace(served.services, clock=ManualClock(SystemClock().now() - timedelta(days=1)))
    expired, _ = past.read_now(
        create_token, served.copy.ours.secret, VERSIONS[-1], Scope.SERVER_ACCESS, None, tenant=served.copy.ours.application_id
    )
    yield "an expired token", expired


def _signed(claims: dict[str, object], key: bytes, algorithm: str) -> str:
    text = f"{_encoded({'alg': algorithm, 'typ': 'JWT'})}.{_encoded(claims)}"
    signature = hmac.digest(key, text.encode(), {"HS256": "sha256", "HS512": "sha512"}[algorithm])
    return f"{text}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def _encoded(part: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def check_scopes(served: Served) -> str:
    """The token of one user's browser on every operation: what is the server's is refused, and so is what is another user's."""
    own, other = (belongings(served.ours) for _ in range(2))
    token, url, refused, opened = served.token(own.user_id), served.server.url, 0, 0
    for operation in sorted(OPERATIONS, key=lambda each: each.method == "DELETE"):
        if operation.access not in (Access.SERVER, Access.OWN_USER) or not other.names(operation.path):
            continue
        body = b"{}" if operation.body_kind is not BodyKind.NONE else None
        answer = ask_with_token(url, operation.method, other.path(operation.path), token, body)
        expect(answer.status in _REFUSED, f"{operation.name}: a user's token on what is not theirs is answered with {answer.status}")
        refused += 1
        if operation.access is Access.OWN_USER and operation.method == "GET":
            answer = ask_with_token(url, "GET", own.path(operation.path), token)
            expect(answer.status == 200, f"{operation.name}: a user's token on what is theirs is answered with {answer.status}")
            opened += 1
    return f"{refused} operations refuse the token of another user's browser, {opened} open what is its own"


def check_keys(served: Served) -> str:
    """A wrong API key and a revoked one open nothing; no key lies in the database as it is sent."""
    ours, url = served.copy.ours, served.server.url
    made = served.services.write_now(create_key, tenant=ours.application_id)
    expect(ask_for_token(url, made.secret).status == 200, "a new key is refused")
    served.services.write_now(revoke_key, made.key_id, tenant=ours.application_id)
    half = ours.secret[: len(ours.secret) // 2]
    wrong = {"a revoked key": made.secret, "a changed key": f"{half}AA", "no key": "", "half a key": half}
    for what, key in wrong.items():
        answer = ask_for_token(url, key)
        expect(400 <= answer.status < 500, f"{what} is answered with {answer.status}")
    lie = served.copy.where_it_lies(ours.secret, base64.b64decode(ours.secret).decode().partition(":")[2])
    expect(not lie, f"an API key stands in clear in {', '.join(lie)}")
    return f"{len(wrong)} wrong or revoked keys: 0 let in; stored as a hash only"


def check_pages(served: Served) -> str:
    """Every page and form of the dashboard and of people's own pages, without a session."""
    found, url = belongings(served.ours), served.server.url
    pages = [page for page in PAGES if page.access is not PageAccess.ANYONE]
    for page in pages:
        _stay_out(url, page, served.copy.ours.application_id, found)
    expect(served.ours.get_user(found.user_id).id == found.user_id, "a page deleted a user without a session")
    return f"{len(pages)} pages and forms without a session: 0 open"


def _stay_out(url: str, page: Page, application_id: str, found: Belongings) -> None:
    ids = {"application_id": application_id, "user_id": found.user_id, "job_id": found.job_id, "account_id": found.account_id}
    target = _NAME.sub(lambda match: ids.get(match[1], "1"), page.path)
    visitor = new_secret()  # as a form of the page of signing in has it
    headers = {"Cookie": f"{named('visitor', secure=False)}={visitor}", "Origin": url, "Content-Type": "application/x-www-form-urlencoded"}
    form = urlencode({FIELD: token_for(visitor)}).encode() if page.method == "POST" else None
    answer = ask(url, page.method, target, headers, form)
    led_away = page.method == "GET" and answer.status == 303 and answer.location.startswith("/dashboard/sign-in")
    kept_out = led_away or answer.status in _REFUSED
    expect(kept_out, f"{page.method} {page.path} without a session is answered with {answer.status}")
    expect(EMAIL.encode() not in answer.body, f"{page.method} {page.path} without a session shows a person's details")
