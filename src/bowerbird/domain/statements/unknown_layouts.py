"""Products and layouts of statements that no layout file describes, and what an operator decides about them.

Nothing of a person is stored here. A product's name is, where it sounds like one; everything else that stands there stays in the
parsed statement, which is its user's. A mapped product is read as the kind of account the operator named, from the next upload on.
"""

from __future__ import annotations

from typing import NamedTuple

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.services import Session
from bowerbird.domain.statements.parsed_statements import find_parsed_statement
from bowerbird.model.account import AccountClass
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.ids import new_id
from bowerbird.model.statement import LayoutDecision, UnknownKind
from bowerbird.statements.tables.mapping import ColumnMapping, mapping_of
from bowerbird.storage.rows import applications as application_rows
from bowerbird.storage.rows import statements as rows
from bowerbird.storage.rows.jobs import jobs as job_rows
from bowerbird.storage.rows.statements import UnknownLayoutKey
from bowerbird.storage.rows.statements import UnknownLayoutRow as UnknownLayoutRow  # noqa: PLC0414  (for those who list them)

LONGEST_NAME = 60


class ProductMapping(NamedTuple):
    """An institution's product, by its name as printed, and the kind of account that it is."""

    institution_id: str
    name: str
    kind: AccountClass


class Example(NamedTuple):
    """The latest statement that showed an unknown layout: what it calls the product, and a drafted layout file, empty where none is."""

    tenant: Tenant
    job_id: str
    product: str
    draft: str


class UnknownLayoutEntry(NamedTuple):
    """An unknown product or layout with the name of its application. `example` is None where its statement was deleted."""

    row: UnknownLayoutRow
    application: str
    example: Example | None

    @property
    def mapping(self) -> ColumnMapping | None:
        """What the columns of a table were confirmed to mean."""
        return mapping_of(self.row.mapping) if self.row.mapping else None


class UnknownLayouts(NamedTuple):
    """Of every application, the latest first, and the applications by id."""

    entries: list[UnknownLayoutEntry]
    applications: dict[str, str]


def map_product(session: Session, mapping: ProductMapping, operator: str) -> None:
    """Read a product as a kind of account from now on, also where a layout names another."""
    institution_id, name, kind = mapping
    key = UnknownLayoutKey(session.application_id, institution_id, UnknownKind.PRODUCT, name)
    now_ms = to_milliseconds(session.services.clock.now())
    rows.record_unknown_layout(session.uow, key, new_id(), now_ms, None)
    rows.decide_unknown_layout(session.uow, key, LayoutDecision.MAPPED, account_class=kind, decided=now_ms, decided_by=operator)


def decide_unknown_layout(session: Session, unknown_layout_id: str, decision: LayoutDecision, operator: str, shown: str = "") -> bool:
    """Dismiss an unknown layout, approve what its columns mean, or open it again; False when it was deleted.

    `shown` is the meaning that is approved: False also where another was confirmed since.
    """
    row = rows.find_unknown_layout(session.uow, unknown_layout_id)
    if row is None:
        return False
    key = UnknownLayoutKey(row.application_id, row.institution_id, row.kind, row.name)
    if decision is LayoutDecision.OPEN:
        rows.decide_unknown_layout(session.uow, key, decision)
        return True
    now_ms = to_milliseconds(session.services.clock.now())
    mapping = shown if row.kind is UnknownKind.COLUMNS and decision is LayoutDecision.MAPPED else None
    return rows.decide_unknown_layout(session.uow, key, decision, decided=now_ms, decided_by=operator, mapping=mapping)


def delete_unknown_layout(session: Session, unknown_layout_id: str) -> None:
    """Delete what was confirmed of a form: its next file is asked about again."""
    row = rows.find_unknown_layout(session.uow, unknown_layout_id)
    if row is not None:
        rows.delete_unknown_layout(session.uow, UnknownLayoutKey(row.application_id, row.institution_id, row.kind, row.name))


def list_application_names(session: Session) -> dict[str, str]:
    """Names of every application by id, the oldest first."""
    return {row.id: row.name for row in application_rows.all_applications(session.uow)}


def list_unknown_layouts(session: Session, most: int) -> UnknownLayouts:
    """Across tenants, at most `most`."""
    names = list_application_names(session)
    unknown = rows.list_unknown_layouts(session.uow, most)
    return UnknownLayouts(
        [UnknownLayoutEntry(row, names.get(row.application_id, "–"), find_example(session, row)) for row in unknown], names
    )


def find_unknown_layout(session: Session, unknown_layout_id: str) -> UnknownLayoutRow | None:
    return rows.find_unknown_layout(session.uow, unknown_layout_id)


def find_example(session: Session, row: UnknownLayoutRow) -> Example | None:
    """The example of an unknown layout; None where its statement was deleted with its user or its data."""
    job = job_rows.find_job(session.uow, row.application_id, row.job_id) if row.job_id else None
    if job is None:
        return None
    tenant = Tenant(row.application_id, job.user_id)
    parsed = find_parsed_statement(session.of(tenant), job.id)
    return None if parsed is None else Example(tenant, job.id, parsed.content.product, parsed.content.draft)


def products_of(session: Session, institution_id: str) -> dict[str, str]:
    """The operator's own products of an institution: name as printed → class of account."""
    return rows.mapped_products(session.uow, session.application_id, institution_id)
