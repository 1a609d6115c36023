"""A made-up customer's login shows the accounts that it always shows."""

from __future__ import annotations

from bowerbird.connectors.sandbox import CONNECTOR
from bowerbird.sdk.conformance import ConnectorChecks


class TestSandbox(ConnectorChecks):
    connector = CONNECTOR
