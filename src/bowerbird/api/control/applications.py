"""Operations on applications of the sandbox: a test suite creates its own."""

from __future__ import annotations

from bowerbird import codes
from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import ApiResponse, as_json
from bowerbird.api.schemas.control import ApplicationKey, ApplicationView
from bowerbird.domain.access import applications
from bowerbird.domain.access.applications import NewKey, UnknownProduct
from bowerbird.domain.access.real_data import require_sandbox
from bowerbird.domain.sandbox.controls import not_valid
from bowerbird.domain.services import Session
from bowerbird.model.problem import Problem
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows.applications import set_disabled


async def create_application(request: ApiRequest) -> ApiResponse:
    asked = request.body

    def make(session: Session) -> NewKey:
        require_sandbox(session)
        return applications.create_application(
            session,
            asked.name[:200],
            production=False,
            products=asked.products,
            test_statements_allowed=asked.test_statements_allowed,
        )

    try:
        made = await request.services.write(make, tenant=EVERY_TENANT)
    except UnknownProduct as error:
        raise not_valid(str(error), "products") from error
    return as_json(ApplicationKey(application_id=made.application_id, api_key=made.secret))


async def update_application(request: ApiRequest) -> ApiResponse:
    application_id, disabled = request.path["applicationId"], request.body.disabled

    def change(session: Session) -> bool:
        require_sandbox(session)
        return set_disabled(session.uow, application_id, disabled)

    if not await request.services.write(change, tenant=EVERY_TENANT):
        raise Problem(codes.APPLICATION_NOT_FOUND, parameter="applicationId")
    return as_json(ApplicationView(application_id=application_id, disabled=disabled))
