"""FinTS says what the server must know. Its dialogs cannot be listed as a sample: tests/banks/test_fints.py plays them against a bank."""

from __future__ import annotations

from bowerbird.connectors.fints import CONNECTOR
from bowerbird.sdk.conformance import ConnectorChecks


class TestFinTs(ConnectorChecks):
    connector = CONNECTOR
