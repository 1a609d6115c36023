"""New prints: products and layouts that statements showed and nobody had described, and what an operator decides about them.

Nothing of a person is kept here. A product's name is, where it sounds like one; what else stands there stays in the reading, which
is its user's. A mapped product is read as the kind of account the operator named, from the next upload on.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple

from bowerbird.domain.services import Services, Session
from bowerbird.model.account import AccountClass
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.ids import new_id
from bowerbird.statements.pdf.annotations import ParseNotes
from bowerbird.statements.search.products import sounds_like_product
from bowerbird.storage.rows import unknown_layouts as rows

LONGEST_NAME = 60


class Decision(StrEnum):
    OPEN = "open"
    MAPPED = "mapped"
    DISMISSED = "dismissed"


def record_parse_notes(session: Session, job: Any, finding: ParseNotes) -> None:
    """Count what a job's file has shown that is new."""
    if finding.new:
        name = finding.product if sounds_like_product(finding.product) else ""
        values = _values(session.services, job.application_id, job.institution_id, finding.new, name)
        rows.record_unknown_layout(session.uow, {**values, "job_id": job.id})


class ProductMapping(NamedTuple):
    """An institution's product, by its name as printed, and the kind of account that it is."""

    institution_id: str
    name: str
    kind: AccountClass


def map_product(session: Session, mapping: ProductMapping, who: str) -> None:
    """Read a product as a kind of account from now on, whatever a layout says."""
    institution_id, name, kind = mapping
    rows.record_unknown_layout(session.uow, _values(session.services, session.application_id, institution_id, "product", name), met=0)
    now = to_milliseconds(session.services.clock.now())
    decided = {"decision": Decision.MAPPED, "account_class": kind.value, "decided": now, "decided_by": who}
    rows.update_unknown_layout(session.uow, session.application_id, (institution_id, "product", name), **decided)


def decide_unknown_layout(session: Session, print_id: str, decision: Decision, who: str) -> bool:
    """Dismiss a print, or open it again; False when it is gone."""
    row = rows.find_unknown_layout(session.uow, session.application_id, print_id)
    if row is None:
        return False
    opened = decision is Decision.OPEN
    moment = None if opened else to_milliseconds(session.services.clock.now())
    decided = {"decision": decision, "account_class": None, "decided": moment, "decided_by": None if opened else who}
    rows.update_unknown_layout(session.uow, session.application_id, (row.institution_id, row.kind, row.name), **decided)
    return True


def products_of(session: Session, institution_id: str) -> dict[str, str]:
    """The operator's own products of an institution: name as printed → class of account."""
    return rows.mapped_products(session.uow, session.tenant.application_id, institution_id)


def _values(services: Services, application_id: str, institution_id: str, kind: str, name: str) -> dict[str, object]:
    return {
        "id": new_id(),
        "application_id": application_id,
        "institution_id": institution_id,
        "kind": kind,
        "name": name,
        "moment": to_milliseconds(services.clock.now()),
    }
