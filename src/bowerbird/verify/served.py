"""The copy while one server serves it: what the checks ask that only ask."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from bowerbird.client import Bowerbird
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.services import Services
from bowerbird.testing.server import ServerProcess
from bowerbird.verify.asking import Receiver, ask_for_token
from bowerbird.verify.report import expect
from bowerbird.verify.setup import SetUp
from bowerbird.wiring.services import open_services

EMAIL = "verify@example.com"
_PATIENCE_S, _PAUSE_S = 20, 0.02


@dataclass(frozen=True, slots=True)
class Served:
    """Clients of two applications of the copy, and its database as who holds the master key reads it.

    `unlisted` receives what nobody may be sent; `listed` is the one address of this machine that the server may call.
    """

    copy: SetUp
    server: ServerProcess
    services: Services
    ours: Bowerbird
    theirs: Bowerbird
    listed: Receiver
    unlisted: Receiver

    def tenant(self, user_id: str) -> Tenant:
        """A user of ours."""
        return Tenant(self.copy.ours.application_id, user_id)

    def token(self, user_id: str = "") -> str:
        """A token of ours, as it goes over the wire."""
        answer = ask_for_token(self.server.url, self.copy.ours.secret, user_id)
        expect(answer.status == 200, f"a right key is answered with {answer.status}")
        token: str = json.loads(answer.body)["access_token"]
        return token


@contextmanager
def served(copy: SetUp) -> Iterator[Served]:
    """Serve the copy while the block runs."""
    with ExitStack() as stack:
        listed, unlisted = (stack.enter_context(Receiver()) for _ in range(2))
        server = stack.enter_context(copy.server(BOWERBIRD_OUTBOUND_ALLOW=listed.host))
        services = open_services(copy.settings)
        stack.callback(services.close)
        ours, theirs = (stack.enter_context(Bowerbird(server.url, key.secret)) for key in (copy.ours, copy.theirs))
        yield Served(copy, server, services, ours, theirs, listed, unlisted)


def wait(condition: Callable[[], bool]) -> bool:
    """Whether a condition comes to hold within some seconds."""
    deadline = time.monotonic() + _PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE_S)
    return True
