"""The one step of a report's job: read, compute, freeze. Killed at any line, the job does it again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec

from bowerbird import codes
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.insights.inputs import read_inputs
from bowerbird.domain.insights.report_content import report_content
from bowerbird.domain.insights.reports import AFFORDABILITY, included
from bowerbird.domain.insights.snapshots import (
    SnapshotContent,
    get_snapshot_row,
    heading_of,
    hold_users,
    require_insights,
    set_content,
)
from bowerbird.domain.insights.statement_report import statement_figures
from bowerbird.domain.jobs.work import Outcome, StepFailed, StepSucceeded, Work
from bowerbird.domain.services import Services, Session
from bowerbird.insights.metrics import ReportPeriod
from bowerbird.model.insights.snapshot import SnapshotKind
from bowerbird.model.job import StepTitle
from bowerbird.model.problem import Problem
from bowerbird.sdk.failures import Failure

Step = Callable[[Services, Work], Outcome]


class ReportGone(Failure):
    """The report was deleted, or what it is made from is not shared any more."""

    entry = codes.REPORT_GONE


def create_report_content(services: Services, work: Work) -> Outcome:
    """Raises ReportGone."""
    made = services.read_now(_make, work.job.connection_id, tenant=work.job.application_id)
    if made is None:
        return StepFailed(codes.REPORT_GONE)
    user_ids, content = made
    return StepSucceeded(f"/reports/{work.job.connection_id}", writes=partial(_store, work=work, user_ids=user_ids, content=content))


def _store(session: Session, work: Work, user_ids: list[str], content: SnapshotContent) -> None:
    """Raises ReportGone where the report, a user or their agreement went while it was made."""
    application = session.of(Tenant(work.job.application_id, ""))
    try:
        hold_users(application, user_ids)
        require_insights(application, user_ids)
    except Problem as problem:
        raise ReportGone from problem
    if not set_content(application, work.job.connection_id, user_ids, content):
        raise ReportGone


def _make(session: Session, report_id: str) -> tuple[list[str], SnapshotContent] | None:
    """Whom the report is about, and its content; None where it is gone."""
    try:
        row, user_ids = get_snapshot_row(session, SnapshotKind.REPORT, report_id)
        heading = heading_of(session, row, user_ids)
        inputs = read_inputs(session, user_ids, heading.accounts, ReportPeriod(heading.first, heading.last))
    except Problem:
        return None
    _ = inputs.identity  # raises ValueError where a row is in no account: nothing is stored then
    if heading.report_type != AFFORDABILITY:
        figures = {"statement": msgspec.json.encode(statement_figures(session, inputs.accounts[0]))}
        return user_ids, SnapshotContent(inputs.rules, inputs.accounts, inputs.rows, figures, inputs.left_out)
    asked = included(heading.filters, "includeMetrics"), included(heading.filters, "includeGroups")
    return user_ids, report_content(inputs, *asked)


REPORT_STEPS: dict[StepTitle, Step] = {StepTitle.CREATE_REPORT: create_report_content}
