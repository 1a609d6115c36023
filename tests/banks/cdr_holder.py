"""A data holder of the Consumer Data Right: it checks what it is sent as the standard says, with another JWT library than the program's.

Each of its answers may be changed by a test: `changed` names the answer and says what becomes of it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from jwt.algorithms import RSAAlgorithm

from bowerbird.model.clock import Clock
from tests.banks.cdr_keys import holder_tls, rsa_key
from tests.banks.upstream import Answer, Asked, UpstreamServer

CLIENT, BRAND = "the-software-product", "the-brand-of-the-holder"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TOKEN_S, URI_S = 600, 90
VERSIONS = {"accounts": 3, "balances": 2, "detail": 5, "transactions": 2}


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def half(text: str) -> str:
    return b64(hashlib.sha256(text.encode()).digest()[:16])


class RefusedAsked(Exception):
    """What a holder answers with an OAuth error."""


@dataclass
class Customer:
    """Somebody's accounts at the holder: account id → rows, the newest first."""

    subject: str
    accounts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


@dataclass
class Arranged:
    customer: Customer
    until: datetime
    scope: str
    refresh_token: str
    revoked: bool = False


@dataclass
class Asking:
    """A request that was pushed, and whom the holder's page let in for it."""

    request: dict[str, Any]
    until: datetime
    customer: Customer | None = None
    arrangement: str = ""


@dataclass
class DataHolder(UpstreamServer):
    """`rotates`: each refresh gives another refresh token, and the one before is good no more.

    `client` is what it registered the recipient as, `recipient` names the key and certificate that the recipient has for it.
    `mixes_customers`: it lets a customer take over another's arrangement, which the standard forbids.
    """

    clock: Clock
    name: str = "holder"
    client: str = CLIENT
    brand: str = BRAND
    recipient: str = "recipient"
    page_size: int = 3
    rotates: bool = False
    mixes_customers: bool = False
    customers: dict[str, Customer] = field(default_factory=dict)
    asking: dict[str, Asking] = field(default_factory=dict)
    codes: dict[str, Asking] = field(default_factory=dict)
    arrangements: dict[str, Arranged] = field(default_factory=dict)
    access: dict[str, tuple[str, datetime, str]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    refusals: list[str] = field(default_factory=list)
    registrars: set[str] = field(default_factory=set)
    registered: dict[str, dict[str, Any]] = field(default_factory=dict)
    key_names: list[str] = field(default_factory=lambda: ["first"])
    changed: dict[str, Callable[[Any], Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(holder_tls())

    # ── What the holder says and signs ──

    def _made(self, what: str, value: Any) -> Any:
        return self.changed[what](value) if what in self.changed else value

    def metadata(self) -> dict[str, Any]:
        paths = {
            "authorization_endpoint": "authorise", "token_endpoint": "token", "jwks_uri": "jwks", "introspection_endpoint": "introspect",
            "pushed_authorization_request_endpoint": "par", "cdr_arrangement_revocation_endpoint": "arrangements/revoke",
            "registration_endpoint": "register", "userinfo_endpoint": "userinfo", "revocation_endpoint": "revoke",
        }  # fmt: skip
        return {
            "issuer": self.url,
            **{name: f"{self.url}/{path}" for name, path in paths.items()},
            "response_types_supported": ["code"],
            "response_modes_supported": ["jwt"],
            "code_challenge_methods_supported": ["S256"],
            "tls_client_certificate_bound_access_tokens": True,
            "require_pushed_authorization_requests": True,
            "authorization_signing_alg_values_supported": ["PS256", "ES256"],
            "id_token_signing_alg_values_supported": ["PS256", "ES256"],
        }

    def kid(self, name: str) -> str:
        return f"{self.name}-{name}"

    def published(self) -> list[dict[str, Any]]:
        listed = []
        for name in self.key_names:
            public = json.loads(RSAAlgorithm.to_jwk(rsa_key(self.kid(name)).public_key()))
            listed.append({"kty": "RSA", "n": public["n"], "e": public["e"], "use": "sig", "alg": "PS256", "kid": self.kid(name)})
        return listed

    def sign(self, claims: dict[str, Any], **headers: Any) -> str:
        """As the holder signs: with the newest of its keys."""
        name = self.key_names[-1]
        return jwt.encode(claims, rsa_key(self.kid(name)), "PS256", {"kid": self.kid(name), **headers})

    def now_s(self) -> int:
        return int(self.clock.now().timestamp())

    def notice(self, url: str, arrangement: str, **claims: Any) -> dict[str, str]:
        """What the holder calls a recipient with once a person has withdrawn an arrangement on its pages: the tokens by their names."""
        own = {
            "iss": self.brand,
            "sub": self.brand,
            "aud": url,
            "iat": self.now_s(),
            "exp": self.now_s() + 300,
            "jti": secrets.token_hex(8),
        }
        made = {"bearer": own, "cdr_arrangement_jwt": {**own, "cdr_arrangement_id": arrangement}}
        return {name: self.sign(self._made(name, {**each, **claims})) for name, each in made.items()}

    # ── The person at the holder's own pages ──

    def decide(self, url: str, customer: str = "", error: str = "access_denied") -> dict[str, str]:
        """What the person comes back with: of a customer of the holder a code, of nobody an error."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        asking = self.asking.pop(query["request_uri"])
        assert query["client_id"] == self.client
        assert asking.until > self.clock.now()
        claims = {"iss": self.url, "aud": self.client, "exp": self.now_s() + 600, "state": asking.request["state"]}
        if customer:
            asking.customer, code = self.customers[customer], secrets.token_urlsafe(24)
            self.codes[code] = asking
            claims["code"] = code
        else:
            claims["error"] = error
        claims = self._made("jarm_claims", claims)
        answer = {"response": self.changed["jarm"](claims) if "jarm" in self.changed else self.sign(claims)}
        found: dict[str, str] = self._made("return", answer)
        return found

    # ── What it answers ──

    def answer(self, asked: Asked) -> Answer:
        try:
            return self._answer(asked)
        except (RefusedAsked, jwt.PyJWTError, KeyError) as error:
            self.refusals.append(f"{asked.path} {error!r}")
            return Answer.of({"error": str(error) if isinstance(error, RefusedAsked) else "invalid_request"}, 400)

    def _answer(self, asked: Asked) -> Answer:
        path = urlsplit(asked.path).path.strip("/")
        if path == ".well-known/openid-configuration":
            return Answer.of(self._made("metadata", self.metadata()))
        if path == "jwks":
            return Answer.of({"keys": self._made("jwks", self.published())})
        if not asked.certificate:
            return Answer.of({"error": "invalid_client"}, 401)
        if path.partition("/")[0] == "register":
            return self._register(asked, path.partition("/")[2])
        if path.startswith("cds-au/v1/"):
            return self._resource(asked, path.removeprefix("cds-au/v1/banking/"))
        form = {name: values[0] for name, values in parse_qs(asked.body.decode(), strict_parsing=True).items()}
        self._check_client(form)
        return self._of_client(path, form, asked)

    def _of_client(self, path: str, form: dict[str, str], asked: Asked) -> Answer:
        """What the software product asks for once it has shown who it is."""
        if path == "par":
            return self._push(form)
        if path == "token" and form["grant_type"] == "client_credentials":
            assert form["scope"] == "cdr:registration"
            self.registrars.add(token := secrets.token_urlsafe(24))
            return Answer.of({"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_S, "scope": form["scope"]})
        if path == "token":
            given = self._by_code(form, asked) if form["grant_type"] == "authorization_code" else self._by_refresh(form, asked)
            return Answer.of(self._made("tokens", given))
        if path == "introspect":
            return Answer.of(self._made("introspected", self._introspected(form["token"])))
        return self._revoke(form["cdr_arrangement_id"]) if path == "arrangements/revoke" else Answer(404)

    def _checked(self, token: str) -> dict[str, Any]:
        """The claims of what the recipient signs."""
        assert jwt.get_unverified_header(token)["alg"] == "PS256"
        loose: Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "require": ["iss", "aud", "exp", "jti"]}
        key = rsa_key(self.recipient).public_key()
        claims: dict[str, Any] = jwt.decode(token, key, ["PS256"], options=loose, audience=self.url, issuer=self.client)
        if not self.now_s() < claims["exp"] <= self.now_s() + 3600 or claims["jti"] in self.used:
            raise RefusedAsked("invalid_client")
        self.used.add(claims["jti"])
        return claims

    def _check_client(self, form: dict[str, str]) -> None:
        claims = self._checked(form["client_assertion"])
        if form["client_assertion_type"] != ASSERTION or claims["sub"] != self.client:
            raise RefusedAsked("invalid_client")

    def _register(self, asked: Asked, client: str) -> Answer:
        """Registration, as the standard has it: the product signs what it asks for, and the Register says who it is."""
        if asked.method == "POST":
            if self.client in self.registered:
                raise RefusedAsked("invalid_client_metadata")
            self.registered[self.client] = self._asked_for(asked)
            return Answer.of(self._made("registered", {**self.registered[self.client], "client_id": self.client}), 201)
        if asked.authorization.removeprefix("Bearer ") not in self.registrars or client not in self.registered:
            return Answer.of({"error": "invalid_token"}, 401)
        if asked.method == "DELETE":
            del self.registered[client]
            return Answer(204)
        self.registered[client] = self._asked_for(asked)
        return Answer.of({**self.registered[client], "client_id": client})

    def _asked_for(self, asked: Asked) -> dict[str, Any]:
        if asked.headers.get("content-type") != "application/jwt":
            raise RefusedAsked("invalid_client_metadata")
        loose: Any = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
        wanted: dict[str, Any] = jwt.decode(asked.body, rsa_key(self.recipient).public_key(), ["PS256"], options=loose, audience=self.url)
        try:
            ssa = jwt.decode(wanted["software_statement"], rsa_key("register").public_key(), ["PS256"], options=loose)
        except jwt.PyJWTError as error:
            raise RefusedAsked("unapproved_software_statement") from error
        if (
            ssa["iss"] != "cdr-register"
            or wanted["iss"] != ssa["software_id"]
            or not set(wanted["redirect_uris"]) <= set(ssa["redirect_uris"])
        ):
            raise RefusedAsked("invalid_software_statement")
        return {name: value for name, value in wanted.items() if name not in ("iss", "aud", "exp", "iat", "nbf", "jti")}

    def _push(self, form: dict[str, str]) -> Answer:
        request = self._checked(form["request"])
        wanted = {"response_type": "code", "response_mode": "jwt", "client_id": self.client, "code_challenge_method": "S256"}
        if any(request[name] != value for name, value in wanted.items()) or request["exp"] - request["nbf"] > 3600:
            raise RefusedAsked("invalid_request_object")
        if len(request["state"]) < 32 or len(request["nonce"]) < 32 or len(request["code_challenge"]) != 43:
            raise RefusedAsked("invalid_request_object")
        if request["claims"]["sharing_duration"] > 31_536_000 or "openid" not in request["scope"].split():
            raise RefusedAsked("invalid_request_object")
        arrangement = request["claims"].get("cdr_arrangement_id", "")
        held = self.arrangements.get(arrangement)
        if arrangement and (held is None or held.revoked or held.until <= self.clock.now()):
            raise RefusedAsked("invalid_request_object")
        uri = f"urn:holder:{secrets.token_urlsafe(16)}"
        self.asking[uri] = Asking(request, self.clock.now() + timedelta(seconds=URI_S), arrangement=arrangement)
        return Answer.of(self._made("pushed", {"request_uri": uri, "expires_in": URI_S}), 201)

    def _by_code(self, form: dict[str, str], asked: Asked) -> dict[str, Any]:
        asking = self.codes.pop(form["code"], None)
        if asking is None or asking.customer is None or form["redirect_uri"] != asking.request["redirect_uri"]:
            raise RefusedAsked("invalid_grant")
        if b64(hashlib.sha256(form["code_verifier"].encode()).digest()) != asking.request["code_challenge"]:
            raise RefusedAsked("invalid_grant")
        until = self.clock.now() + timedelta(seconds=asking.request["claims"]["sharing_duration"])
        held = self.arrangements.get(asking.arrangement)
        if held is not None and held.customer is not asking.customer and not self.mixes_customers:
            raise RefusedAsked("access_denied")
        arrangement, scope = asking.arrangement or secrets.token_hex(16), asking.request["scope"]
        self.arrangements[arrangement] = Arranged(asking.customer, until, scope, secrets.token_urlsafe(24))
        given = self._given(arrangement, asked)
        claims = {
            "iss": self.url, "sub": asking.customer.subject, "aud": self.client, "nonce": asking.request["nonce"],
            "exp": self.now_s() + 300,
            "iat": self.now_s(), "auth_time": self.now_s(), "acr": "urn:cds.au:cdr:2", "at_hash": half(given["access_token"]),
        }  # fmt: skip
        claims = self._made("id_claims", claims)
        given["id_token"] = self.changed["id_token"](claims) if "id_token" in self.changed else self.sign(claims)
        return given

    def _by_refresh(self, form: dict[str, str], asked: Asked) -> dict[str, Any]:
        found = self._of_refresh_token(form["refresh_token"])
        if found is None:
            raise RefusedAsked("invalid_grant")
        if self.rotates:
            self.arrangements[found].refresh_token = secrets.token_urlsafe(24)
        return self._given(found, asked)

    def _given(self, arrangement: str, asked: Asked) -> dict[str, Any]:
        held, token = self.arrangements[arrangement], secrets.token_urlsafe(24)
        bound = b64(hashlib.sha256(asked.certificate).digest())
        self.access[token] = (arrangement, self.clock.now() + timedelta(seconds=TOKEN_S), bound)
        return {
            "access_token": token, "token_type": "Bearer", "expires_in": TOKEN_S, "refresh_token": held.refresh_token, "scope": held.scope,
            "cdr_arrangement_id": arrangement,
        }  # fmt: skip

    def _of_refresh_token(self, token: str) -> str | None:
        """The arrangement that a refresh token belongs to, while it is in force."""
        for name, held in self.arrangements.items():
            if held.refresh_token == token and not held.revoked and held.until > self.clock.now():
                return name
        return None

    def _introspected(self, token: str) -> dict[str, Any]:
        found = self._of_refresh_token(token)
        if found is None:
            return {"active": False}
        held = self.arrangements[found]
        return {"active": True, "exp": int(held.until.timestamp()), "scope": held.scope, "cdr_arrangement_id": found}

    def _revoke(self, arrangement: str) -> Answer:
        if arrangement not in self.arrangements:
            return Answer.of({"errors": [{"code": "urn:au-cds:error:cds-all:Authorisation/InvalidArrangement"}]}, 422)
        self.arrangements[arrangement].revoked = True
        return Answer(204)

    def _resource(self, asked: Asked, path: str) -> Answer:
        token, headers = asked.authorization.removeprefix("Bearer "), asked.headers
        arrangement, until, bound = self.access.get(token, ("", self.clock.now(), ""))
        if until <= self.clock.now() or bound != b64(hashlib.sha256(asked.certificate).digest()):
            return Answer.of({"errors": [{"code": "401", "title": "Unauthorised", "detail": ""}]}, 401)
        held = self.arrangements[arrangement]
        if held.revoked or held.until <= self.clock.now():
            code = "urn:au-cds:error:cds-all:Authorisation/RevokedConsent"
            return Answer.of({"errors": [{"code": code, "title": "Consent Is Revoked", "detail": ""}]}, 403)
        if not {"x-v", "x-fapi-auth-date", "x-fapi-interaction-id"} <= headers.keys():
            return Answer(400)
        return self._banking(path.split("/"), parse_qs(urlsplit(asked.path).query), held.customer, headers)

    def _banking(self, parts: list[str], query: dict[str, list[str]], customer: Customer, headers: Any) -> Answer:
        match parts:
            case ["accounts"]:
                return self._page("accounts", [self._account(each) for each in customer.accounts], query, headers)
            case ["accounts", "balances"]:
                return self._page("balances", [self._balance(customer, each) for each in customer.accounts], query, headers)
            case ["accounts", account] if account in customer.accounts:
                detail = {**self._account(account), "bsb": "062000", "accountNumber": f"1234567{account[-1]}"}
                return self._sent("detail", {"data": detail, "links": {"self": self.url}, "meta": {}}, headers)
            case ["accounts", account, "transactions"] if account in customer.accounts:
                oldest = datetime.fromisoformat(query["oldest-time"][0])
                rows = customer.accounts[account]
                newer = [row for row in rows if datetime.fromisoformat(row.get("postingDateTime") or row["valueDateTime"]) >= oldest]
                return self._page("transactions", newer, query, headers)
        code = "urn:au-cds:error:cds-banking:Authorisation/InvalidBankingAccount"
        return Answer.of({"errors": [{"code": code, "title": "Invalid Banking Account", "detail": ""}]}, 404)

    def _page(self, kind: str, rows: list[dict[str, Any]], query: dict[str, list[str]], headers: Any) -> Answer:
        number, last = int(query.get("page", ["1"])[0]), max(1, -(-len(rows) // self.page_size))
        shown, here = rows[(number - 1) * self.page_size : number * self.page_size], f"{self.url}/cds-au/v1/banking/{kind}"
        links = {"self": f"{here}?page={number}"}
        if number < last:
            links |= {"next": f"{here}?page={number + 1}", "last": f"{here}?page={last}"}
        if number > 1:
            links |= {"first": f"{here}?page=1", "prev": f"{here}?page={number - 1}"}
        meta = {"totalRecords": len(rows), "totalPages": last}
        return self._sent(kind, {"data": {kind: shown}, "links": links, "meta": meta}, headers)

    def _sent(self, kind: str, body: dict[str, Any], headers: Any) -> Answer:
        made = Answer.of(self._made(kind, body))
        made.headers |= {"x-v": str(VERSIONS[kind]), "x-fapi-interaction-id": headers["x-fapi-interaction-id"]}
        return made

    def _account(self, account: str) -> dict[str, Any]:
        return {
            "accountId": account, "displayName": "Everyday account", "maskedNumber": "xxx xxx xxxx4567", "openStatus": "OPEN",
            "isOwned": True, "accountOwnership": "ONE_PARTY", "productCategory": "TRANS_AND_SAVINGS_ACCOUNTS",
            "productName": "Everyday", "creationDate": "2020-02-01",
        }  # fmt: skip

    def _balance(self, customer: Customer, account: str) -> dict[str, Any]:
        cents = sum(round(float(row["amount"]) * 100) for row in customer.accounts[account] if row["status"] == "POSTED")
        return {"accountId": account, "currentBalance": f"{cents / 100:.2f}", "availableBalance": f"{max(cents, 0) / 100:.2f}"}


def rows_of(account: str, now: datetime, count: int) -> list[dict[str, Any]]:
    """Posted rows, one a day back from yesterday on, and a pending one before them."""
    rows: list[dict[str, Any]] = [
        {
            "accountId": account, "transactionId": f"{account}-{nth}", "isDetailAvailable": False, "type": "PAYMENT" if nth % 2 else "FEE",
            "status": "POSTED", "description": f"Shop {nth}", "postingDateTime": f"{(now - timedelta(days=nth + 1)).date()}T02:00:00Z",
            "executionDateTime": f"{(now - timedelta(days=nth + 2)).date()}T02:00:00Z", "amount": f"{-(nth + 1)}.25", "reference": "",
        }
        for nth in range(count)
    ]  # fmt: skip
    day = f"{now.date()}T00:00:00Z"
    pending = {**rows[0], "transactionId": f"{account}-p", "status": "PENDING", "description": "Hold", "valueDateTime": day}
    return [{name: value for name, value in pending.items() if name != "postingDateTime"}, *rows]
