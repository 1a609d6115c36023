"""The audit, for owners: who did what, to whose data, when and from where; filtered, and as a file."""

from __future__ import annotations

from itertools import islice
from urllib.parse import urlencode

from bowerbird.domain.operators import audit
from bowerbird.domain.operators.accounts import operator_names
from bowerbird.domain.operators.audit import MAX_EXPORTED, AuditSelection
from bowerbird.domain.paging import paging_of
from bowerbird.model.problem import Problem
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import NOT_STORED, PageRefused, PageResponse

PATH = "/dashboard/audit"
_PAGE = 50
_MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


def _selection(request: PageRequest) -> AuditSelection:
    return AuditSelection(request.one("user"), request.one("operator"), request.one("action"))


def show_audit(request: PageRequest) -> PageResponse:
    chosen = _selection(request)
    names = request.read_across(operator_names)
    try:
        page = request.read_across(audit.list_entries, chosen, paging_of(str(_PAGE), request.one("next") or None, _PAGE))
    except Problem as problem:
        raise PageRefused(400, "This page of the audit is not valid", problem.detail, ("Newest entries", PATH)) from None
    query = urlencode({name: value for name, value in zip(("user", "operator", "action"), chosen, strict=True) if value})
    return request.show(
        "dashboard/audit.html", page=page, chosen=chosen, names=names, query=query, most=MAX_EXPORTED,
        operators=[("", "All"), *sorted(names.items(), key=lambda known: known[1])], kept=request.services.limits.audit_kept_days,
    )  # fmt: skip


def export_audit(request: PageRequest) -> PageResponse:
    """The newest entries of a selection as a file."""
    file_format = request.one("format")
    if file_format not in audit.FORMATS:
        raise PageRefused(400, "There is no such format", "Choose CSV or JSON.", ("Audit", PATH))
    chosen = _selection(request)
    request.concerns(user_id=chosen.user_id)
    entries = islice(audit.export_entries(request.services, chosen), MAX_EXPORTED)
    headers = (("content-disposition", f'attachment; filename="audit.{file_format}"'), NOT_STORED)
    return PageResponse(200, "".join(audit.written(entries, file_format)).encode(), _MEDIA_TYPES[file_format], headers)
