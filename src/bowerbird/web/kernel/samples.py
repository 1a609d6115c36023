"""Test data of a sandbox: the customers of test banks, the answers to their questions, and sample statements."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from typing import NamedTuple

from bowerbird.domain.access.applications import ApplicationRow, takes_statements
from bowerbird.domain.operators.server import is_sandbox
from bowerbird.model.connection import Method
from bowerbird.model.institution import Institution
from bowerbird.sdk.connector import DemoUser, HasDemoUsers
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import NOT_STORED, PageResponse, not_found

COMMBANK = "AU04301"


class Sample(NamedTuple):
    """A sample statement of an institution; of any institution where `institution_id` is empty."""

    name: str
    method: Method
    institution_id: str
    shows: str


SAMPLES = (
    Sample("statement.pdf", Method.PDF, COMMBANK, "accepted: every figure adds up"),
    Sample("altered-statement.pdf", Method.PDF, COMMBANK, "rejected: one figure is off by one cent"),
    Sample("statement.csv", Method.CSV, "", "accepted: every figure adds up"),
    Sample("altered-statement.csv", Method.CSV, "", "rejected: one figure is off by one cent"),
)


def samples_for(request: PageRequest, application: ApplicationRow, bank: Institution | None = None) -> list[Sample]:
    """Sample statements of a bank, or of all; none outside a sandbox."""
    if not takes_statements(False, application.products) or not is_sandbox(request.services):
        return []
    return [sample for sample in SAMPLES if bank is None or (bank.channel(sample.method) and sample.institution_id in ("", bank.id))]


def may_rehearse(request: PageRequest, application: ApplicationRow) -> bool:
    """Whether an operator could allow test statements for this application: they are not allowed yet, and the server is a sandbox."""
    return not takes_statements(application.production, application.products) and not request.context.hooks.why_unavailable(request)


def show_sample(request: PageRequest) -> PageResponse:
    """A sample as a download, open to anyone: it contains no real data."""
    name = request.path["name"]
    if name not in {sample.name for sample in SAMPLES}:
        raise not_found("page")
    content = (resources.files("bowerbird.web") / "samples" / name).read_bytes()
    kind = "application/pdf" if name.endswith(".pdf") else "text/csv; charset=utf-8"
    return PageResponse(200, content, kind, (("content-disposition", f'attachment; filename="{name}"'), NOT_STORED))


def demo_users_of(request: PageRequest, bank: Institution) -> Sequence[DemoUser]:
    """The customers of a test bank; none of another bank."""
    connector: object = request.services.plugins.connector_for(bank.origin)
    return connector.demo_users if isinstance(connector, HasDemoUsers) and bank.sandbox else ()


def asks(bank: Institution) -> bool:
    """Whether this bank may ask for a second factor."""
    web = bank.channel(Method.WEB)
    return web is not None and web.authorization.may_ask_back


def answers_to(request: PageRequest, bank: Institution | None, questions: Sequence[str]) -> list[str]:
    """The correct answers of a test bank; none for another bank."""
    demo_users = demo_users_of(request, bank) if bank else ()
    return next((list(user.answers) for user in demo_users if user.prompts == tuple(questions)), [])
