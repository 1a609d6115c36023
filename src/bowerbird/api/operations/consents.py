"""Consents of a user."""

from __future__ import annotations

from msgspec import structs

from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import NO_CONTENT, ApiResponse, as_json
from bowerbird.api.schemas import SelfLink
from bowerbird.api.schemas import consents as s
from bowerbird.domain.consents import consents, policies
from bowerbird.domain.consents.consents import ConsentRow, ConsentWithPolicy
from bowerbird.domain.consents.policies import PolicyRow
from bowerbird.domain.services import Session
from bowerbird.model.clock import from_milliseconds, wire_time
from bowerbird.model.consent import SCOPES, AskedScope, ConsentStatus


def get_consent(request: ApiRequest, session: Session) -> ConsentRow:
    """The consent that the path names."""
    return consents.get_consent(session, request.path["consentId"])


def find_policy(request: ApiRequest, session: Session) -> PolicyRow:
    """The policy that the path names."""
    return policies.get_policy(session, request.path["policyId"])


def _time(at_ms: int) -> str:
    return wire_time(from_milliseconds(at_ms))


def _asked(asked: AskedScope) -> s.AskedPermission:
    information = SCOPES[asked.scope]
    return s.AskedPermission(
        scope=asked.scope,
        required=asked.required,
        entity=information.entity,
        information=s.PermissionInformation(
            name=information.name, description=information.description, attribute_list=list(information.attributes)
        ),
        purpose=s.Purpose(title=asked.title, description=asked.description),
    )


def _permission(asked: AskedScope, consented: bool) -> s.Permission:
    return s.Permission(**structs.asdict(_asked(asked)), consented=consented)


def _view(request: ApiRequest, consent: ConsentWithPolicy) -> s.ConsentView:
    row, policy = consent.row, consent.policy
    return s.ConsentView(
        type="consent",
        id=row.id,
        created=_time(row.created_at_ms),
        updated=_time(row.updated_at_ms),
        expiry_date=_time(row.expires_at_ms),
        origin="user",
        status=row.status,
        purpose=s.ConsentPurpose(primary=s.Purpose(title=policy.title, description=policy.description), other=None),
        data=s.ConsentData(
            retain_data=policy.retains_data,
            initial_retrieval_days=policy.retrieval_days,
            organisation=None,
            permissions=[_permission(asked, asked.scope in row.scopes) for asked in policy.scopes],
        ),
        revoked=_time(row.ended_at_ms) if row.ended_at_ms is not None and row.status is ConsentStatus.REVOKED else None,
        links=s.ConsentLinks(
            self_=f"{request.user_url}/consents/{row.id}",
            consent_policy=f"{request.base}/policies/{row.policy_id}",
            latest_consent_policy=f"{request.base}/policies/{consent.latest_policy_id}",
        ),
    )


async def list_consents(request: ApiRequest) -> ApiResponse:
    data = [_view(request, consent) for consent in await request.read(consents.list_consents)]
    links = SelfLink(self_=f"{request.user_url}/consents")
    return as_json(s.ConsentList(type="list", size=len(data), data=data, links=links))


async def get_policy(request: ApiRequest) -> ApiResponse:
    row: PolicyRow = request.found
    policy = row.document
    return as_json(
        s.PolicyView(
            type="policy",
            id=row.id,
            created=_time(row.created_at_ms),
            duration_days=policy.days,
            purpose=s.ConsentPurpose(primary=s.Purpose(title=policy.title, description=policy.description), other=None),
            data=s.PolicyData(
                retain_data=policy.retains_data,
                initial_retrieval_days=policy.retrieval_days,
                permissions=[_asked(asked) for asked in policy.scopes],
            ),
            links=SelfLink(self_=f"{request.base}/policies/{row.id}"),
        )
    )


async def delete_consent(request: ApiRequest) -> ApiResponse:
    await request.write(consents.delete_consent, request.found.id)
    return NO_CONTENT
