"""A random walk over our own description: schemathesis makes the requests, good and spoiled; a pool holds ids that exist."""

from __future__ import annotations

import base64
import json
import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from joserfc import jwt
from joserfc.jwk import OctKey
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

from bowerbird.api.description.openapi import operation_id, render_openapi
from bowerbird.api.operation import Access
from bowerbird.api.routes import OPERATIONS
from tests.conformance.exchange import Exchange
from tests.conformance.exchanges_of_tests import NO_LISTENER, NO_ONE
from tests.conformance.ours import breaches, operation_of
from tests.serving import Application, Serving

CHECK_NAMES = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
GOOD_BODIES: dict[str, Any] = {
    "createUser": {"email": "ann@example.com", "mobile": "+61410888666", "businessName": "Ann", "businessIdNo": "16 7645 892"},
    "updateUser": {"lastName": "Lee"},
    "createConnection": {"loginId": "gavinBelson", "password": "hooli2016", "institution": {"id": "AU00002"}},
    "updateConnection": {"password": "hooli2016"},
    "createWebhook": {"url": f"http://{NO_LISTENER}/hook", "subscribedEvents": "user.created"},
    "createTestMessage": {"eventTypeId": "user.created", "Text": "hello"},
    "createMfaResponse": {"mfa-response": ["Hooli"]},
}


LOGINS = (("jared", "django", "AU00000"), ("ashMann", "hooli2024", "AU00001"), ("gavinBelson", "hooli2016", "AU00002"))
ACCESS = {operation_id(operation): operation.access for operation in OPERATIONS}
Person = dict[str, str]
"""Ids by the names of the path's parameters."""


@dataclass
class Walk:
    """What was asked, what was answered, and everything that was wrong about it."""

    serving: Serving
    app: Application
    people: list[Person] = field(default_factory=list)
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    spoiled: int = 0
    trespasses: int = 0
    bad: list[dict[str, str]] = field(default_factory=list)
    dice: random.Random = field(default_factory=lambda: random.Random(2026))

    @property
    def taken(self) -> int:
        return self.answers.total()

    def prepare(self) -> None:
        """People with connections, accounts and transactions; the last one's bank waits for an answer."""
        old = self.app.token()
        self.serving.advance(seconds=self.serving.settings.token_ttl_seconds)
        self.app.forget_tokens()
        unknown_bank = jwt.encode({"alg": "HS256"}, _claims_of(self.app.token()), OctKey.import_key(b"another server's key, thirty-two."))
        tokens = ("forged", "", old, unknown_bank, self.app.token().rpartition(".")[0] + ".")
        self.bad = [{}, {"Authorization": f"Basic {self.app.api_key}"}, *({"Authorization": f"Bearer {token}"} for token in tokens)]
        self.people = [self._some_user(*login) for login in LOGINS]

    def _some_user(self, login: str, password: str, bank: str) -> Person:
        user = self.app.new_user()
        job = self.app.settled(self.app.connect(user, login, password, bank))
        person = {"userId": user, "jobId": job["id"], "connectionId": job["links"]["source"].rpartition("/")[2]}
        for transaction in self.app.get(f"/users/{user}/transactions?limit=1").json()["data"]:
            person |= {"transactionId": transaction["id"], "accountId": transaction["account"]}
        return person

    def go(self, steps: int) -> None:
        """Take `steps` requests, the same ones every time. Nothing is raised on the way: see `wrong`."""
        load_all_checks()
        schema = schemathesis.openapi.from_dict(json.loads(render_openapi(self.serving.url)), config=_config())
        operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
        each = -(-steps // (2 * len(operations))) + 1
        cases = [case for operation in operations for case in self._made_up(operation, each)]
        self.dice.shuffle(cases)
        with requests.Session() as session:
            for number in range(steps):
                case = cases[number % len(cases)]
                self._step(session, case, self._dressed(case))

    def _made_up(self, operation: Any, count: int) -> list[Any]:
        """Requests as described, and as many that are spoiled; an operation without any input cannot be spoiled."""
        good = _examples(operation, GenerationMode.POSITIVE, count)
        if not any((operation.path_parameters, operation.query, operation.body, operation.headers)):
            return good
        spoiled = _examples(operation, GenerationMode.NEGATIVE, count)
        self.spoiled += len(spoiled)
        return good + spoiled

    def _dressed(self, case: Any) -> dict[str, str]:
        """Gives the case ids that exist more often than not, now and then a good body; returns its authorization."""
        name = case.operation.definition.raw["operationId"]
        person = self.dice.choice(self.people)
        for parameter in list(case.path_parameters or {}):
            known = self._id(parameter, person)
            if known is not None:
                case.path_parameters[parameter] = known
        if name in GOOD_BODIES and self.dice.random() < 0.4:
            case.body, case.media_type = GOOD_BODIES[name], "application/json"
        return self._authorization(name, person)

    def _id(self, parameter: str, person: Person) -> str | None:
        """An id of the person, sometimes one of another person or one that does not exist; None: leave the made-up one."""
        roll = self.dice.random()
        if roll < 0.7:
            return person.get(parameter)
        return self.dice.choice(self.people).get(parameter) if roll < 0.8 else NO_ONE if roll < 0.85 and parameter.endswith("Id") else None

    def _authorization(self, operation: str, person: Person) -> dict[str, str]:
        """Mostly the right one."""
        roll = self.dice.randrange(12)
        if operation == "createToken":
            given_key = {0: "Basic unknown", 1: "Bearer x"}.get(roll, f"Basic {self.app.api_key}")
            return {"Authorization": given_key} | ({"basiq-version": "3.0"} if roll > 5 else {})
        if roll == 0:
            return self.dice.choice(self.bad)
        if roll in (1, 2):
            return {"Authorization": f"Bearer {self.app.token('CLIENT_ACCESS', person['userId'] if roll == 1 else '')}"}
        return {"Authorization": f"Bearer {self.app.token(version='2.0' if roll == 3 else '3.0')}"}

    def _step(self, session: requests.Session, case: Any, headers: dict[str, str]) -> None:
        response = case.call(base_url=self.serving.url, session=session, headers=headers)
        sent = response.request
        exchange = Exchange(
            sent.method or "",
            sent.url or "",
            response.status_code,
            {name.lower(): values[0] for name, values in response.headers.items()},
            response.content,
        )
        name = operation_of(exchange)
        self.answers[name, exchange.status] += 1
        self.wrong.update(f"{name} {exchange.status}: {breach} ({exchange})" for breach in breaches(exchange))
        self._record_refusals(name, headers, exchange)
        if exchange.status >= 500:
            self.wrong[f"{name}: {exchange} to {sent.body!r}"] += 1
        if name == case.operation.definition.raw["operationId"]:
            self._check(case, response)
        self._remember(name, exchange)

    def _record_refusals(self, name: str, headers: dict[str, str], exchange: Exchange) -> None:
        """A request without a token, or with one of a smaller scope, is refused."""
        access = ACCESS.get(name, Access.PUBLIC)
        if access is Access.PUBLIC:
            return
        client = "CLIENT_ACCESS" in _claims_of(headers.get("Authorization", "")).values()
        if headers in self.bad or (client and access is Access.SERVER):
            self.trespasses += 1
            if exchange.status < 400 or exchange.status == 404:
                self.wrong[f"{name} let in {headers}: {exchange}"] += 1

    def _check(self, case: Any, response: Any) -> None:
        """What schemathesis itself holds against an answer."""
        try:
            case.validate_response(response, checks=[CHECKS.get_one(name) for name in CHECK_NAMES])
        except FailureGroup as group:
            self.wrong.update(
                f"schemathesis: {failure.title}: {failure.message[:400]} ({case.formatted_path})" for failure in group.exceptions
            )

    def _remember(self, name: str, exchange: Exchange) -> None:
        """What was created takes part in the rest of the walk, and one user is always left."""
        if exchange.status == 201 and name == "createUser":
            self.people.append({"userId": exchange.json()["id"]})
        elif exchange.status == 202 and name == "createConnection":
            user = exchange.path.split("/")[2]
            self.people.append({"userId": user, "jobId": exchange.json()["id"]})
        elif exchange.status == 204:
            gone = exchange.path.split("/")[2]
            if name == "deleteUser":
                self.people = [person for person in self.people if person["userId"] != gone]
            self.people.append(self._some_user(*LOGINS[0]))


def _claims_of(token: str) -> dict[str, Any]:
    """What a token says of itself; nothing where it is none."""
    parts = token.split(".")
    with suppress(ValueError):
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))) if len(parts) == 3 else {}
        return claims
    return {}


def _examples(operation: Any, mode: GenerationMode, count: int) -> list[Any]:
    """The first cases that Hypothesis makes of an operation: the same ones every time."""
    found: list[Any] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def collect(case: Any) -> None:
        found.append(case)

    collect()
    return found[:count]


def _config() -> SchemathesisConfig:
    generation = GenerationConfig(deterministic=True, allow_x00=True)
    return SchemathesisConfig(projects=ProjectsConfig(default=ProjectConfig(generation=generation)))
