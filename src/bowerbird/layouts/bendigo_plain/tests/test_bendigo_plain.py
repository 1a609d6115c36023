"""The samples of this layout are read as expected."""

from __future__ import annotations

from bowerbird.layouts.bendigo_plain import LAYOUT
from bowerbird.sdk.conformance import CsvLayoutChecks


class TestBendigoPlain(CsvLayoutChecks):
    layout = LAYOUT
