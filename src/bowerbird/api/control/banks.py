"""Operations on banks of the sandbox that misbehave."""

from __future__ import annotations

from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import NO_CONTENT, ApiResponse, as_json
from bowerbird.api.schemas.sandboxes import BankList, BankView, PresetView
from bowerbird.domain.sandbox import banks
from bowerbird.storage.database.unit_of_work import EVERY_TENANT

_EXAMPLE = "AU00000"


async def create_bank(request: ApiRequest) -> ApiResponse:
    asked = request.body
    made = await request.services.write(banks.create_bank, asked.institution, asked.preset, asked.seed, tenant=EVERY_TENANT)
    return as_json(_view(made))


async def list_banks(request: ApiRequest) -> ApiResponse:
    active = await request.services.read(banks.list_banks, tenant=EVERY_TENANT)
    presets = [PresetView(name=name, what=what) for name, what in banks.scenarios_of(request.services, _EXAMPLE).items()]
    return as_json(BankList(data=[_view(bank) for bank in active], presets=presets))


async def delete_bank(request: ApiRequest) -> ApiResponse:
    await request.services.write(banks.delete_bank, request.path["institutionId"], tenant=EVERY_TENANT)
    return NO_CONTENT


def _view(bank: banks.Bank) -> BankView:
    return BankView(institution=bank.institution_id, preset=bank.scenario.name, seed=bank.scenario.seed)
