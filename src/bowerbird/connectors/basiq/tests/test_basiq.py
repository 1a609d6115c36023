"""An API key shows what Basiq holds of one user; pending rows have no id that lasts."""

from __future__ import annotations

from bowerbird.connectors.basiq import CONNECTOR
from bowerbird.sdk.conformance import ConnectorChecks


class TestBasiq(ConnectorChecks):
    connector = CONNECTOR
