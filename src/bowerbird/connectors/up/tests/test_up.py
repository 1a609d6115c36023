"""A token shows the accounts of its owner; what Up holds is pending until it is settled under the same id."""

from __future__ import annotations

from bowerbird.connectors.up import CONNECTOR
from bowerbird.sdk.conformance import ConnectorChecks


class TestUp(ConnectorChecks):
    connector = CONNECTOR
