"""Banks of the sandbox that misbehave."""

from __future__ import annotations

from bowerbird.api.call import Call
from bowerbird.api.reply import NO_CONTENT, Reply, as_json
from bowerbird.api.shapes.sandboxes import BankList, BankView, PresetView
from bowerbird.domain import banks
from bowerbird.storage.unit_of_work import EVERY_TENANT

_EXAMPLE = "AU00000"


async def create_bank(call: Call) -> Reply:
    asked = call.body
    made = await call.world.storage.write(
        lambda uow: banks.create_bank(call.world, uow, asked.institution, asked.preset, asked.seed), tenant=EVERY_TENANT
    )
    return as_json(_view(made))


async def list_banks(call: Call) -> Reply:
    found = await call.world.storage.read(banks.list_banks, tenant=EVERY_TENANT)
    presets = [PresetView(name=name, what=what) for name, what in banks.troubles_of(call.world, _EXAMPLE).items()]
    return as_json(BankList(data=[_view(each) for each in found], presets=presets))


async def delete_bank(call: Call) -> Reply:
    await call.world.storage.write(lambda uow: banks.delete_bank(uow, call.path["institutionId"]), tenant=EVERY_TENANT)
    return NO_CONTENT


def _view(bank: banks.Bank) -> BankView:
    return BankView(institution=bank.institution_id, preset=bank.trouble.name, seed=bank.trouble.seed)
