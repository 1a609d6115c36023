"""The samples of this layout are read as expected."""

from __future__ import annotations

from bowerbird.layouts.westpac_export import LAYOUT
from bowerbird.sdk.conformance import CsvLayoutChecks


class TestWestpacExport(CsvLayoutChecks):
    layout = LAYOUT
