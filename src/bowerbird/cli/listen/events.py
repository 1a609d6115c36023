"""An application's events as a client of the server reads them, each once and in order, and forwarded as a webhook's messages."""

from __future__ import annotations

import base64
import binascii
import json
import os
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpx2
import typer
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from bowerbird.client import Bowerbird, NoAnswer
from bowerbird.console import CommandRefused
from bowerbird.domain.notifications.deliveries import headers_of
from bowerbird.model.clock import SystemClock

if TYPE_CHECKING:
    from bowerbird.api.schemas import EventView

_PAUSE_SECONDS = 1
_PAGE = 100
_REMEMBERED = 5000


class Listener:
    """Asks again and again for the newest events."""

    def __init__(self, server: Bowerbird, types: frozenset[str]) -> None:
        self._server, self._types = server, types
        self._seen: dict[str, None] = {}
        self._away = False

    def events(self, since: str | None) -> Iterator[EventView]:
        """Events after `since`, or from now on, without end. Waits while the server does not answer."""
        fresh = self._begin(since)
        while True:
            for event in fresh:
                if f"{event.entity}.{event.event_type}" in self._types:
                    yield event
            time.sleep(_PAUSE_SECONDS)
            fresh = self._look()

    def _begin(self, since: str | None) -> list[EventView]:
        """The events after `since`. Everything up to it counts as seen."""
        events: list[EventView] = []
        for page in self._pages():
            ids = [event.id for event in page]
            if since is None or since in ids:
                self._remember([*events, *page])
                return [] if since is None else [*events, *page[: ids.index(since)]][::-1]
            events += page
        raise CommandRefused(f"the event {since} is not among those of the last seven days: leave --since out")

    def _look(self) -> list[EventView]:
        """New events, oldest first: pages are read until one contains a known event."""
        found: list[EventView] = []
        try:
            for page in self._pages():
                found += page
                if self._seen.keys() & {event.id for event in page}:
                    break
        except NoAnswer:
            self._report_away(away=True)
            return []
        self._report_away(away=False)
        fresh = [event for event in found if event.id not in self._seen]
        self._remember(found)
        return fresh[::-1]

    def _pages(self) -> Iterator[list[EventView]]:
        following: str | None = None
        while True:
            page = self._server.list_events(limit=_PAGE, next=following)
            yield page.data
            if page.links.next is None:
                return
            following = httpx2.URL(page.links.next).params["next"]

    def _remember(self, events: list[EventView]) -> None:
        for event in reversed(events):
            self._seen[event.id] = None
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

    def send(self, event: EventView) -> str:
        """Send an event; the response in words. Waits while the receiver does not answer, so that a restart loses nothing."""
        links = {"event": event.links.self_, "eventEntity": event.data_ref}
        body = json.dumps({"eventTypeId": f"{event.entity}.{event.event_type}", "eventId": event.id, "links": links})
        is_waiting = False
        while True:
            headers = headers_of([self._signer], event.id, SystemClock().now(), body)
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
