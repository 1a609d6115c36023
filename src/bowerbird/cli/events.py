"""An application's events as a client of the server reads them, each once and in order, and forwarded as a webhook's messages."""

from __future__ import annotations

import base64
import binascii
import json
import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import typer
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from bowerbird.cli.client import Client, ClientRefusal
from bowerbird.console import CommandRefused
from bowerbird.domain.notifications.deliveries import headers_of
from bowerbird.model.clock import SystemClock

_PAUSE_SECONDS = 1
_PAGE = 100
_REMEMBERED = 5000
_TOKEN_IS_OVER = (401, 403)


class Listener:
    """Asks again and again for the newest events. `sign_in` fetches another token once the first is over."""

    def __init__(self, client: Client, sign_in: Callable[[], None], types: frozenset[str]) -> None:
        self._client, self._sign_in, self._types = client, sign_in, types
        self._seen: dict[str, None] = {}
        self._away = False

    def events(self, since: str | None) -> Iterator[dict[str, Any]]:
        """Events after `since`, or from now on, without end. Waits while the server does not answer."""
        fresh = self._begin(since)
        while True:
            for event in fresh:
                if f"{event['entity']}.{event['eventType']}" in self._types:
                    yield event
            time.sleep(_PAUSE_SECONDS)
            fresh = self._look()

    def _begin(self, since: str | None) -> list[dict[str, Any]]:
        """The events after `since`. Everything up to it counts as seen."""
        if since is None:
            self._remember(self._page("/events", limit=_PAGE)["data"])
            return []
        page = self._page("/events", limit=_PAGE)
        events: list[dict[str, Any]] = []
        while True:
            ids = [event["id"] for event in page["data"]]
            if since in ids:
                events += page["data"][: ids.index(since)]
                self._remember([*events, *page["data"]])
                return events[::-1]
            events += page["data"]
            page = self._next(page, f"the event {since} is not among those of the last seven days: leave --since out")

    def _look(self) -> list[dict[str, Any]]:
        """New events, oldest first: pages are read until one contains a known event."""
        try:
            page = self._page("/events", limit=_PAGE)
            found = list(page["data"])
            while not self._seen.keys() & {event["id"] for event in page["data"]} and page["links"].get("next"):
                page = self._next(page, "")
                found += page["data"]
        except httpx2.TransportError:
            self._report_away(away=True)
            return []
        self._report_away(away=False)
        fresh = [event for event in found if event["id"] not in self._seen]
        self._remember(found)
        return fresh[::-1]

    def _next(self, page: dict[str, Any], missing: str) -> Any:
        following = page["links"].get("next")
        if not following:
            raise CommandRefused(missing)
        return self._page("/events", **dict(httpx2.URL(following).params))

    def _page(self, path: str, **query: Any) -> Any:
        try:
            return self._client.get(path, **query)
        except ClientRefusal as refusal:
            if refusal.status not in _TOKEN_IS_OVER:
                raise
            self._sign_in()
            return self._client.get(path, **query)

    def _remember(self, events: list[dict[str, Any]]) -> None:
        for event in reversed(events):
            self._seen[event["id"]] = None
        while len(self._seen) > _REMEMBERED:
            self._seen.pop(next(iter(self._seen)))

    def _report_away(self, *, away: bool) -> None:
        if away and not self._away:
            typer.secho("The server does not answer; waiting for it.", fg="yellow", err=True)
        self._away = away


_PATIENCE_SECONDS = 30


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
