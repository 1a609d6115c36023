"""A person gives access at their bank and comes back with a code: pages of transactions, and every fault on the way."""

from __future__ import annotations

from bowerbird.connectors.enablebanking import CONNECTOR
from bowerbird.sdk.conformance import ConnectorChecks


class TestEnableBanking(ConnectorChecks):
    connector = CONNECTOR
