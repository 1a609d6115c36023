"""A setup token is claimed once and shows what its owner shares; accounts in points are left out."""

from __future__ import annotations

from bowerbird.connectors.simplefin import CONNECTOR
from bowerbird.sdk.conformance import ConnectorChecks


class TestSimpleFin(ConnectorChecks):
    connector = CONNECTOR
