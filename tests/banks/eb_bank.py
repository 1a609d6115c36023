"""A stand-in for Enable Banking with one bank behind it: it checks each signature with another library than the program's."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bowerbird.model.clock import Clock
from tests.banks.upstream import Answer, Asked, UpstreamServer

APPLICATION = "0f5a3c1e-7b52-4f0a-9d53-2c5f9b1e1100"
READS_A_DAY = 4


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_pem() -> str:
    plain = serialization.NoEncryption()
    return _key().private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode()


@dataclass
class GivenAccess:
    until: datetime
    status: str = "AUTHORIZED"


@dataclass
class EnableBankingBank(UpstreamServer):
    """`most_days` is the longest access that the bank gives; `reads` counts what was read of an account, by day."""

    clock: Clock
    most_days: int = 180
    sessions: dict[str, GivenAccess] = field(default_factory=dict)
    codes: dict[str, GivenAccess] = field(default_factory=dict)
    wanted: list[dict[str, Any]] = field(default_factory=list)
    reads: list[datetime] = field(default_factory=list)
    unsigned: list[str] = field(default_factory=list)
    used_signatures: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def allow(self, code: str) -> str:
        """The person gives access: the code that the bank sends back."""
        asked = datetime.fromisoformat(self.wanted[-1]["access"]["valid_until"])
        self.codes[code] = GivenAccess(min(asked, self.clock.now() + timedelta(days=self.most_days)))
        return code

    def answer(self, asked: Asked) -> Answer:
        if (why := self._refused(asked)) is not None:
            self.unsigned.append(why)
            return Answer.of({"code": 401, "error": "UNAUTHORIZED_ACCESS", "message": why}, 401)
        path, query = urlsplit(asked.path).path, parse_qs(urlsplit(asked.path).query)
        body = json.loads(asked.body) if asked.body else {}
        match (asked.method, path.strip("/").split("/")):
            case ("POST", ["auth"]):
                self.wanted.append(body)
                return Answer.of({"url": f"https://bank.example/login?n={len(self.wanted)}", "authorization_id": "a", "psu_id_hash": "h"})
            case ("POST", ["sessions"]):
                return self._session(body["code"])
            case (method, ["sessions", session_id]):
                return self._end(session_id) if method == "DELETE" else self._status(session_id)
            case ("GET", ["accounts", uid, "balances"]):
                return self._balances(uid)
            case ("GET", ["accounts", uid, "transactions"]):
                return self._transactions(uid, query)
        return Answer.of({"code": 404, "error": "NOT_FOUND"}, 404)

    def _refused(self, asked: Asked) -> str | None:
        """Why a request's signature is no good."""
        token = asked.authorization.removeprefix("Bearer ")
        try:
            header = jwt.get_unverified_header(token)
            if (header["alg"], header["typ"], header["kid"]) != ("RS256", "JWT", APPLICATION):
                return f"header {header}"
            audience, issuer = "api.enablebanking.com", "enablebanking.com"
            held = {"verify_exp": False, "verify_iat": False, "require": ["iss", "aud", "iat", "exp"]}  # by the clock of the test
            claims = jwt.decode(token, _key().public_key(), ["RS256"], options=held, audience=audience, issuer=issuer)  # type: ignore[arg-type]
        except (jwt.PyJWTError, KeyError) as error:
            return repr(error)
        now_s = self.clock.now().timestamp()
        if not claims["iat"] - 60 <= now_s < claims["exp"] <= claims["iat"] + 86_400:
            return "issued at another time"
        return None

    def _session(self, code: str) -> Answer:
        given = self.codes.pop(code, None)
        if given is None:
            return Answer.of({"code": 422, "error": "WRONG_AUTHORIZATION_CODE"}, 422)
        session_id = f"s{len(self.sessions) + 1}"
        self.sessions[session_id] = given
        account = {
            "uid": f"{session_id}-1",
            "identification_hash": "WwpbCiJhY2NvdW50IiwK",
            "account_id": {"iban": "FI2112345600000785"},
            "name": "Käyttötili",
            "cash_account_type": "CACC",
            "currency": "EUR",
            "product": "Daily account",
        }
        access = {"valid_until": given.until.astimezone(UTC).isoformat()}
        return Answer.of(
            {"session_id": session_id, "accounts": [account], "access": access, "aspsp": {"name": "Testbank", "country": "FI"}}
        )

    def _status(self, session_id: str) -> Answer:
        given = self.sessions[session_id]
        ended = given.until <= self.clock.now()
        return Answer.of({"status": "EXPIRED" if ended else given.status, "accounts": [f"{session_id}-1"]})

    def _end(self, session_id: str) -> Answer:
        if session_id not in self.sessions:
            return Answer.of({"code": 404, "error": "SESSION_DOES_NOT_EXIST"}, 404)
        if self.sessions[session_id].status == "CLOSED":
            return Answer.of({"code": 422, "error": "CLOSED_SESSION"}, 422)
        self.sessions[session_id].status = "CLOSED"
        return Answer.of({"message": "OK"})

    def _given(self, uid: str) -> Answer | None:
        """What refuses a read of an account; None where it may be read."""
        given = self.sessions[uid.partition("-")[0]]
        if given.status == "REVOKED":
            return Answer.of({"code": 401, "error": "REVOKED_SESSION"}, 401)
        if given.until <= self.clock.now():
            return Answer.of({"code": 401, "error": "EXPIRED_SESSION"}, 401)
        return None

    def _balances(self, uid: str) -> Answer:
        if (refused := self._given(uid)) is not None:
            return refused
        today = [each for each in self.reads if each > self.clock.now() - timedelta(days=1)]
        if len(today) >= READS_A_DAY:
            return Answer.of({"code": 429, "error": "ASPSP_RATE_LIMIT_EXCEEDED"}, 429)
        self.reads.append(self.clock.now())
        booked = {"balance_type": "CLBD", "balance_amount": {"currency": "EUR", "amount": "1234.5"}}
        return Answer.of({"balances": [booked, {"balance_type": "ITAV", "balance_amount": {"currency": "EUR", "amount": "1200.00"}}]})

    def _transactions(self, uid: str, query: dict[str, list[str]]) -> Answer:
        if (refused := self._given(uid)) is not None:
            return refused
        page, money = int(query.get("continuation_key", ["1"])[0]), {"currency": "EUR"}
        rows = [
            {
                "entry_reference": f"r{page}-{nth}",
                "transaction_amount": {**money, "amount": f"{10 + nth}.5"},
                "credit_debit_indicator": "DBIT" if nth else "CRDT",
                "status": "BOOK",
                "booking_date": (self.clock.now() - timedelta(days=page * 3 + nth)).date().isoformat(),
                "remittance_information": ["VIITE 1234", "kiitos"],
                "creditor": {"name": "K-Market"},
                "debtor": {"name": "Työnantaja Oy"},
            }
            for nth in range(3)
        ]
        pending = {**rows[0], "entry_reference": "p", "status": "PDNG", "booking_date": None, "credit_debit_indicator": "DBIT"}
        rejected = {**rows[0], "entry_reference": "x", "status": "RJCT"}
        return Answer.of(
            {"transactions": [*rows, *([pending, rejected] if page == 1 else [])], "continuation_key": "2" if page == 1 else None}
        )
