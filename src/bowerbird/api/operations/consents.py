"""Consents of a user."""

from __future__ import annotations

from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import NO_CONTENT, ApiResponse, as_json
from bowerbird.api.schemas import SelfLink
from bowerbird.api.schemas import consents as s
from bowerbird.domain.consents import consents
from bowerbird.domain.consents.consents import ConsentWithStatus
from bowerbird.domain.services import Session
from bowerbird.model.clock import from_milliseconds, wire_time
from bowerbird.model.consent import SCOPES, AskedScope, ConsentStatus
from bowerbird.storage.database.unit_of_work import AnyRow


def find_consent(request: ApiRequest, session: Session) -> AnyRow:
    """The consent the path names."""
    return consents.find_consent(session, request.path["consentId"])


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


def _consent(request: ApiRequest, view: ConsentWithStatus) -> s.ConsentView:
    row, policy = view.row, view.policy
    agreed = row.scopes.split(",")
    return s.ConsentView(
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
            self_=f"{request.user_url}/consents/{row.id}",
            consent_policy=f"{request.base}/policies/{row.policy_id}",
            latest_consent_policy=f"{request.base}/policies/{view.latest_policy_id}",
        ),
    )


async def list_consents(request: ApiRequest) -> ApiResponse:
    data = [_consent(request, view) for view in await request.read(consents.list_consents)]
    links = SelfLink(self_=f"{request.user_url}/consents")
    return as_json(s.ConsentList(type="list", size=len(data), data=data, links=links))


async def delete_consent(request: ApiRequest) -> ApiResponse:
    await request.write(consents.delete_consent, request.found.id)
    return NO_CONTENT
