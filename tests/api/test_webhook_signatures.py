"""Signatures of real deliveries, verified by what receivers use: the standardwebhooks packages for Python and for JavaScript."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from standardwebhooks import Webhook, WebhookVerificationError

from bowerbird.domain.notifications import messages, webhooks
from bowerbird.domain.services import Session
from bowerbird.model.clock import SystemClock
from bowerbird.model.problem import Problem
from bowerbird.storage.database.tables import webhooks as webhook_table
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from tests.receiver import Received, Receiver
from tests.serving import Serving, until

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / ".venv" / "npm" / "node_modules" / "standardwebhooks"
TEXT = 'Gr\u00fc\u00dfe \u2013 \U0001f426 "quoted" \\ </script> \u2028'
Verify = Callable[[str, str, dict[str, str]], Any]


def by_python(secret: str, body: str, headers: dict[str, str]) -> Any:
    try:
        return Webhook(secret).verify(body, headers)
    except WebhookVerificationError as error:
        return f"refused: {error}"


def by_javascript(secret: str, body: str, headers: dict[str, str]) -> Any:
    if shutil.which("node") is None or not PACKAGE.is_dir():
        pytest.skip("node and the npm package standardwebhooks are not here: `make standardwebhooks` brings the package where npm is")
    script = Path(__file__).with_name("verify_webhook.cjs")
    delivery = json.dumps({"body": body, "headers": headers})
    done = subprocess.run(
        ["node", str(script), str(PACKAGE), secret], input=delivery, capture_output=True, check=False, text=True, timeout=30
    )
    assert done.returncode == 0, done.stderr
    return done.stdout if done.stdout.startswith("refused") else json.loads(done.stdout)


@pytest.fixture(scope="module")
def deliveries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[Received]]]:
    """The secret, and one message about an event and one test message, at the first and at the second attempt."""
    failures = iter([500, 500])
    with Receiver(lambda _: next(failures, 204)) as receiver:
        with Serving(tmp_path_factory.mktemp("signed"), outbound_allow=receiver.host) as serving:
            serving.services.lease_clock = SystemClock()
            app = serving.application()
            hook = app.post("/notifications/webhooks", json={"url": receiver.url}).json()
            app.new_user()
            app.post("/notifications/messages/test", json={"eventTypeId": "consent.warning", "Text": TEXT})
            until(lambda: len(receiver.received) == 2, "the first attempts")
            serving.idle()
            serving.advance(seconds=5)
            until(lambda: len(receiver.received) == 4, "the second attempts")
        yield hook["secret"], list(receiver.received)


VERIFIERS = pytest.mark.parametrize("verify", [by_python, by_javascript])


@VERIFIERS
def test_signatures_hold(deliveries: tuple[str, list[Received]], verify: Verify) -> None:
    secret, received = deliveries
    for request in received:
        assert verify(secret, request.body.decode(), request.headers) == request.json()
    assert TEXT in [request.json().get("text") for request in received]
    assert len({request.id for request in received}) == 2, "an attempt again carries the same webhook-id"


@VERIFIERS
def test_what_was_altered_does_not(deliveries: tuple[str, list[Received]], verify: Verify) -> None:
    secret, (request, *_) = deliveries
    body, headers = request.body.decode(), request.headers
    other = "whsec_" + "A" * 43 + "="
    altered = [
        (secret, body.replace("user.created", "user.deleted"), headers),
        (secret, body, {**headers, "webhook-id": "another"}),
        (secret, body, {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)}),
        (other, body, headers),
    ]
    for each in altered:
        assert str(verify(*each)).startswith("refused"), each


# ── Another secret ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class Rotating:
    """A webhook whose secret is rotated, and what its receiver gets."""

    def __init__(self, serving: Serving, receiver: Receiver) -> None:
        self.serving, self.receiver = serving, receiver
        self.app = serving.application()
        self.hook = self.app.post("/notifications/webhooks", json={"url": receiver.url}).json()
        self.secrets = [str(self.hook["secret"])]

    def rotate(self, after_s: int) -> None:
        self.secrets.append(self.rotated_by(self.app.id, after_s))

    def rotated_by(self, application_id: str, after_s: int) -> str:
        """The new secret of the webhook, rotated for this application."""

        def work(session: Session) -> str:
            return webhooks.rotate_secret(session, webhooks.find_webhook(session, self.hook["id"]), after_s)

        return self.serving.services.write_now(work, tenant=application_id)

    def sent_again(self, request: Received) -> Received:
        """The same message, as it arrives when an operator sends it again."""

        def work(session: Session) -> None:
            webhook = webhooks.find_webhook(session, self.hook["id"])
            messages.resend_message(session, messages.find_message(session, webhook, request.id))

        before = len(self.receiver.received)
        self.serving.services.write_now(work, tenant=self.app.id)
        until(lambda: len(self.receiver.received) > before, "the message")
        self.serving.idle()
        return self.receiver.received[before]

    def received(self) -> Received:
        """A new message, as it arrived."""
        self.app.forget_tokens()
        before = len(self.receiver.received)
        assert self.app.post("/notifications/messages/test", json={"eventTypeId": "consent.warning"}).status_code == 201
        until(lambda: len(self.receiver.received) > before, "the message")
        self.serving.idle()
        return self.receiver.received[before]

    def valid(self, verify: Verify, request: Received) -> list[bool]:
        """Which of the secrets, the oldest first, verify a message."""
        return [not str(verify(secret, request.body.decode(), request.headers)).startswith("refused") for secret in self.secrets]


@pytest.fixture
def rotating(tmp_path: Path) -> Iterator[Rotating]:
    with Receiver() as receiver, Serving(tmp_path / "rotating", outbound_allow=receiver.host) as serving:
        serving.services.lease_clock = SystemClock()
        yield Rotating(serving, receiver)


@VERIFIERS
def test_for_a_while_two_secrets_sign_and_never_an_older_one(rotating: Rotating, verify: Verify) -> None:
    assert rotating.valid(verify, rotating.received()) == [True]
    rotating.rotate(3600)
    assert rotating.valid(verify, rotating.received()) == [True, True]
    with pytest.raises(webhooks.OverlapRuns):
        rotating.rotate(3600)
    rotating.serving.advance(seconds=3599)
    assert rotating.valid(verify, rotating.received()) == [True, True]
    rotating.serving.advance(seconds=1)
    assert rotating.valid(verify, rotating.received()) == [False, True]
    rotating.rotate(3600)
    assert rotating.valid(verify, rotating.received()) == [False, True, True]


@VERIFIERS
def test_a_secret_that_is_known_to_others_ends_at_once(rotating: Rotating, verify: Verify) -> None:
    rotating.rotate(3600)
    rotating.rotate(0)
    assert rotating.valid(verify, rotating.received()) == [False, False, True]
    stored = rotating.serving.services.storage.read_now(lambda uow: uow.rows(select(webhook_table)), tenant=EVERY_TENANT)
    assert [row.old_secret for row in stored] == [None], "what signs nothing more is not kept"


def test_a_recorded_message_is_refused_and_one_sent_again_keeps_its_id(rotating: Rotating) -> None:
    """A receiver that keeps `webhook-id` recognises a replay, and one that checks the moment refuses a message that was recorded."""
    request = rotating.received()
    rotating.rotate(0)
    old, new = (Webhook(secret) for secret in rotating.secrets)
    body, headers = request.body.decode(), request.headers
    assert old.verify(body, headers)
    for changed in (
        {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) - 301)},
        {**headers, "webhook-id": rotating.received().headers["webhook-id"]},
        {**headers, "webhook-signature": "v1a," + headers["webhook-signature"].removeprefix("v1,")},
        {**headers, "webhook-signature": ""},
    ):
        with pytest.raises(WebhookVerificationError):
            old.verify(body, changed)
    with pytest.raises(WebhookVerificationError):
        new.verify(body, headers)
    again = rotating.sent_again(request)
    assert (again.id, again.body) == (request.id, request.body)
    assert rotating.valid(by_python, again) == [False, True], "what is sent again is signed with the secret of that moment"


def test_another_tenants_webhook_is_not_rotated(rotating: Rotating) -> None:
    other = rotating.serving.application()
    with pytest.raises(Problem):
        rotating.rotated_by(other.id, 0)
    assert rotating.valid(by_python, rotating.received()) == [True], "it is signed with the secret that it had"
