"""Consents of a user."""

from __future__ import annotations

from bowerbird.api.call import Call
from bowerbird.api.reply import NO_CONTENT, Reply, as_json
from bowerbird.api.shapes import SelfLink
from bowerbird.api.shapes import consents as s
from bowerbird.domain import consents
from bowerbird.domain.consents import ConsentView
from bowerbird.model.clock import from_milliseconds, wire_time
from bowerbird.model.consent import SCOPES, AskedScope, ConsentStatus
from bowerbird.storage.unit_of_work import AnyRow, UnitOfWork


def find_consent(call: Call, uow: UnitOfWork) -> AnyRow:
    """The consent the path names."""
    return consents.find_consent(uow, call.tenant, call.path["consentId"])


def _moment(value: int) -> str:
    return wire_time(from_milliseconds(value))


def _permission(asked: AskedScope, consented: bool) -> s.Permission:
    told = SCOPES[asked.scope]
    return s.Permission(
        scope=asked.scope,
        required=asked.required,
        consented=consented,
        entity=told.entity,
        information=s.PermissionInformation(name=told.name, description=told.description, attribute_list=list(told.attributes)),
        purpose=s.Purpose(title=asked.title, description=asked.description),
    )


def _consent(call: Call, view: ConsentView) -> s.Consent:
    row, policy = view.row, view.policy
    agreed = row.scopes.split(",")
    return s.Consent(
        type="consent",
        id=row.id,
        created=_moment(row.created),
        updated=_moment(row.updated),
        expiry_date=_moment(row.expires),
        origin="user",
        status=row.status,
        purpose=s.ConsentPurpose(primary=s.Purpose(title=policy.title, description=policy.description), other=None),
        data=s.ConsentData(
            retain_data=policy.retains_data,
            initial_retrieval_days=policy.retrieval_days,
            organisation=None,
            permissions=[_permission(each, each.scope in agreed) for each in policy.scopes],
        ),
        revoked=_moment(row.ended) if row.status == ConsentStatus.REVOKED else None,
        links=s.ConsentLinks(
            self_=f"{call.user_url}/consents/{row.id}",
            consent_policy=f"{call.base}/policies/{row.policy_id}",
            latest_consent_policy=f"{call.base}/policies/{view.latest_policy_id}",
        ),
    )


async def list_consents(call: Call) -> Reply:
    data = [_consent(call, view) for view in await call.read(lambda uow: consents.list_consents(uow, call.tenant))]
    links = SelfLink(self_=f"{call.user_url}/consents")
    return as_json(s.ConsentList(type="list", size=len(data), data=data, links=links))


async def delete_consent(call: Call) -> Reply:
    await call.write(lambda uow: consents.delete_consent(call.world, uow, call.tenant, call.found.id))
    return NO_CONTENT
