"""Applications of the sandbox, so that a test suite can have one of its own."""

from __future__ import annotations

from bowerbird import codes
from bowerbird.api.call import Call
from bowerbird.api.control.faults import unfit
from bowerbird.api.reply import Reply, as_json
from bowerbird.api.shapes.control import ApplicationKey, ApplicationView
from bowerbird.domain import applications
from bowerbird.domain.applications import NewKey, UnknownProduct
from bowerbird.model.problem import Problem
from bowerbird.storage.applications import set_disabled
from bowerbird.storage.unit_of_work import EVERY_TENANT, UnitOfWork


async def create_application(call: Call) -> Reply:
    asked = call.body

    def make(uow: UnitOfWork) -> NewKey:
        return applications.create_application(
            call.world, uow, asked.name[:200], production=False, products=asked.products, rehearsal=asked.rehearsal
        )

    try:
        made = await call.world.storage.write(make, tenant=EVERY_TENANT)
    except UnknownProduct as error:
        raise unfit(str(error), "products") from error
    return as_json(ApplicationKey(application_id=made.application_id, api_key=made.secret))


async def update_application(call: Call) -> Reply:
    application_id, disabled = call.path["applicationId"], call.body.disabled
    if not await call.world.storage.write(lambda uow: set_disabled(uow, application_id, disabled), tenant=EVERY_TENANT):
        raise Problem(codes.APPLICATION_NOT_FOUND, parameter="applicationId")
    return as_json(ApplicationView(application_id=application_id, disabled=disabled))
