"""A login whose seed file tells a story shows it as far as the clock has come."""

from __future__ import annotations

from bowerbird.connectors.seeded import CONNECTOR
from bowerbird.sdk.conformance import ConnectorChecks


class TestSeeded(ConnectorChecks):
    connector = CONNECTOR
