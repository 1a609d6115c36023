"""The samples of this layout are read as expected."""

from __future__ import annotations

from bowerbird.layouts.nab_export import LAYOUT
from bowerbird.sdk.conformance import CsvLayoutChecks


class TestNabExport(CsvLayoutChecks):
    layout = LAYOUT
