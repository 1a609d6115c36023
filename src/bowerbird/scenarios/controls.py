"""What the control plane itself refuses."""

from __future__ import annotations

from typing import Any

from bowerbird import codes
from bowerbird.codes import Entry
from bowerbird.scenarios.steps import NO_ONE, Scenario, control, says


def _refused(entry: Entry, method: str, path: str, **more: Any) -> Scenario:
    return [control(method, path, **more, expect=says(entry))]


_ELSEWHERE = {"X-Forwarded-For": "203.0.113.7", "Authorization": "Bearer wrong"}

SCENARIOS: dict[Entry, Scenario] = {
    codes.CONTROL_NOT_VALID: _refused(codes.CONTROL_NOT_VALID, "POST", "/faults", json={}),
    codes.CONTROL_TOKEN_NEEDED: _refused(codes.CONTROL_TOKEN_NEEDED, "GET", "/codes", headers=_ELSEWHERE),
    codes.CONTROL_CROSS_SITE: _refused(codes.CONTROL_CROSS_SITE, "GET", "/codes", headers={"Sec-Fetch-Site": "cross-site"}),
    codes.FAULT_NOT_FOUND: _refused(codes.FAULT_NOT_FOUND, "DELETE", f"/faults/{NO_ONE}"),
    codes.SNAPSHOT_NOT_FOUND: _refused(codes.SNAPSHOT_NOT_FOUND, "DELETE", f"/snapshots/{NO_ONE}"),
    codes.FORK_NOT_FOUND: _refused(codes.FORK_NOT_FOUND, "DELETE", f"/forks/{NO_ONE}"),
    codes.BANK_NOT_FOUND: _refused(codes.BANK_NOT_FOUND, "DELETE", f"/banks/{NO_ONE}"),
    codes.APPLICATION_NOT_FOUND: _refused(codes.APPLICATION_NOT_FOUND, "POST", f"/applications/{NO_ONE}", json={"disabled": True}),
}
