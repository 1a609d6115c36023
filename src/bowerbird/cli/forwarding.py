"""Forwarding events to a developer's own machine, in the form and with the signature of a webhook's message."""

from __future__ import annotations

import base64
import binascii
import json
import os
import time
from typing import Any

import httpx2
import typer
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from bowerbird.cli.refusals import CommandRefused
from bowerbird.domain.notifications.deliveries import headers_of
from bowerbird.model.clock import SystemClock

_PATIENCE_SECONDS = 30
_PAUSE_SECONDS = 1


class Forwarding:
    """Where events go. This runs on the developer's machine and goes where they say, so no address is refused."""

    def __init__(self, url: str, secret: str | None) -> None:
        self._url = url
        self.secret = secret or "whsec_" + base64.b64encode(os.urandom(32)).decode()
        try:
            self._signer = Webhook(self.secret)
            self._http = httpx2.Client(timeout=_PATIENCE_SECONDS, trust_env=False)
            self._http.build_request("POST", url)
        except (binascii.Error, EmptyWebhookSecretError, RuntimeError, ValueError) as error:
            raise CommandRefused("the secret is not one of a webhook: whsec_ and 24 to 64 bytes in base64") from error
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
            raise CommandRefused(f"{url} is not an address: write it as http://127.0.0.1:3000/hook") from error

    def send(self, event: dict[str, Any]) -> str:
        """Send an event; the response in words. Waits while the receiver does not answer, so that a restart loses nothing."""
        links = {"event": event["links"]["self"], "eventEntity": event["dataRef"]}
        body = json.dumps({"eventTypeId": f"{event['entity']}.{event['eventType']}", "eventId": event["id"], "links": links})
        is_waiting = False
        while True:
            headers = headers_of(self._signer, event["id"], SystemClock().now(), body)
            try:
                answer = self._http.post(self._url, content=body, headers=headers)
            except httpx2.UnsupportedProtocol as error:
                raise CommandRefused(f"{self._url} is not an address: write it as http://127.0.0.1:3000/hook") from error
            except httpx2.TransportError:
                if not is_waiting:
                    typer.secho(f"  {self._url} does not answer; waiting", fg="yellow", err=True)
                is_waiting = True
                time.sleep(_PAUSE_SECONDS)
                continue
            return f"{answer.status_code} {answer.reason_phrase}"
