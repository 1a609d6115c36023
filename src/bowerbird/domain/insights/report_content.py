"""What a report of affordability freezes, from the rows it is made of."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from bowerbird.domain.insights.snapshots import SnapshotContent
from bowerbird.insights.reports.inputs import FigureInputs
from bowerbird.insights.reports.report import metric_evidence, report_figures


def report_content(inputs: FigureInputs, metrics: Collection[str] | None = None, groups: Collection[str] | None = None) -> SnapshotContent:
    """Metrics and groups, all of them for None, with the rows of each. Raises ValueError where a row is in no account."""
    figures = {
        "report": msgspec.json.encode(report_figures(inputs, metrics, groups)),
        "evidence": msgspec.json.encode(metric_evidence(inputs)),
        "identity": msgspec.json.encode(inputs.identity),
    }
    return SnapshotContent(inputs.rules, inputs.accounts, inputs.rows, figures, inputs.left_out)
