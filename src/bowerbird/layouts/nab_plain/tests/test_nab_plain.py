"""The samples of this layout are read as expected."""

from __future__ import annotations

from bowerbird.layouts.nab_plain import LAYOUT
from bowerbird.sdk.conformance import CsvLayoutChecks


class TestNabPlain(CsvLayoutChecks):
    layout = LAYOUT
