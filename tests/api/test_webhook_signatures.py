"""Signatures of real deliveries, verified by what receivers use: the standardwebhooks packages for Python and for JavaScript."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from bowerbird.model.clock import SystemClock
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
