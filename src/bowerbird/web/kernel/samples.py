"""What helps to try things out: the customers of test banks, the answers to their questions, and statements of nobody."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from typing import Any, NamedTuple

from bowerbird.domain.access.applications import takes_statements
from bowerbird.model.connection import Method
from bowerbird.model.institution import Institution
from bowerbird.sdk.connector import DemoUser, HasDemoUsers
from bowerbird.web.controls.access import is_sandbox, why_unavailable
from bowerbird.web.kernel.not_found import not_found
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import NOT_STORED, PageResponse

COMMBANK = "AU04301"


class Sample(NamedTuple):
    """A made-up statement. `institution_id` is whose print it is; empty where any bank's will do."""

    name: str
    method: Method
    institution_id: str
    shows: str


SAMPLES = (
    Sample("statement.pdf", Method.PDF, COMMBANK, "is read and proven"),
    Sample("altered-statement.pdf", Method.PDF, COMMBANK, "is refused: one figure is a cent off"),
    Sample("statement.csv", Method.CSV, "", "is read and proven"),
    Sample("altered-statement.csv", Method.CSV, "", "is refused: one figure is a cent off"),
)


def samples_for(request: PageRequest, application: Any, bank: Institution | None = None) -> list[Sample]:
    """What can be uploaded to see what happens, at a bank or at any; nothing where the database is no sandbox."""
    if not takes_statements(False, application.products) or not is_sandbox(request):
        return []
    return [each for each in SAMPLES if bank is None or (bank.channel(each.method) and each.institution_id in ("", bank.id))]


def may_rehearse(request: PageRequest, application: Any) -> bool:
    """Whether an operator could let this application take made-up statements: it does not yet, and this server is for trying out."""
    return not takes_statements(application.production, application.products) and not why_unavailable(request)


def show_sample(request: PageRequest) -> PageResponse:
    """A sample as a file to keep. Anybody may have it: it is nobody's."""
    known = {each.name: each for each in SAMPLES}
    if request.path["name"] not in known:
        raise not_found("page")
    name = known[request.path["name"]].name
    content = (resources.files("bowerbird.web") / "samples" / name).read_bytes()
    kind = "application/pdf" if name.endswith(".pdf") else "text/csv; charset=utf-8"
    return PageResponse(200, content, kind, (("content-disposition", f'attachment; filename="{name}"'), NOT_STORED))


def demo_users_of(request: PageRequest, bank: Institution) -> Sequence[DemoUser]:
    """The customers of a test bank; nobody of any other."""
    connector: object = request.services.plugins.connector_for(bank.origin)
    return connector.demo_users if isinstance(connector, HasDemoUsers) and bank.sandbox else ()


def asks(bank: Institution) -> bool:
    """Whether a login at this bank may be asked for a second proof."""
    web = bank.channel(Method.WEB)
    return web is not None and web.authorization.may_ask_back


def answers_to(request: PageRequest, bank: Institution | None, questions: Sequence[str]) -> list[str]:
    """What a test bank takes for right answers; nothing for a bank with customers."""
    demo_users = demo_users_of(request, bank) if bank else ()
    return next((list(each.answers) for each in demo_users if each.prompts == tuple(questions)), [])
