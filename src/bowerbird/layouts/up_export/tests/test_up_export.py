"""The samples of this layout are read as expected."""

from __future__ import annotations

from bowerbird.layouts.up_export import LAYOUT
from bowerbird.sdk.conformance import CsvLayoutChecks


class TestUpExport(CsvLayoutChecks):
    layout = LAYOUT
