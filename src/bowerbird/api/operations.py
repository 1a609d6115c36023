"""For whoever runs the server: is it alive, is it ready, what does it count, what does it offer."""

from __future__ import annotations

from bowerbird.api.call import Call
from bowerbird.api.reply import Reply, as_json
from bowerbird.storage import jobs
from bowerbird.storage.unit_of_work import EVERY_TENANT


async def get_health(_call: Call) -> Reply:
    return as_json({"status": "ok"})


async def get_readiness(call: Call) -> Reply:
    """Ready when the database answers; when it does not, the refusal is 503 as everywhere."""
    waiting = await call.world.storage.read(jobs.count_by_state, tenant=EVERY_TENANT)
    return as_json({"status": "ready", "jobs": waiting})


async def get_metrics(call: Call) -> Reply:
    return Reply(200, call.desk.metrics_page(), "text/plain")


async def get_openapi(call: Call) -> Reply:
    return Reply(200, call.desk.openapi())


async def get_control_openapi(call: Call) -> Reply:
    return Reply(200, call.desk.control_openapi())
