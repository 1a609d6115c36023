"""The page map of the sandbox, and what it does at the hooks of the pages."""

from __future__ import annotations

from collections.abc import Sequence

from bowerbird.codes import Entry
from bowerbird.domain.operators import server
from bowerbird.domain.operators.roles import Right
from bowerbird.sandbox.controls import controls_of
from bowerbird.sandbox.pages import banks, clock, faults, limits, requests, snapshots
from bowerbird.sandbox.pages.access import ROOT, controlled, inspector_of, why_unavailable
from bowerbird.sandbox.pages.faults import may_inject
from bowerbird.sandbox.pages.scenarios import described, trigger_code
from bowerbird.sandbox.scenarios import SCENARIOS
from bowerbird.web.kernel.hooks import PageHooks, ScenarioStep
from bowerbird.web.kernel.page import Page
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse

_READ, _DEVELOP = Right.READ, Right.DEVELOP
_F, _B, _L, _S = f"{ROOT}/faults", f"{ROOT}/banks", f"{ROOT}/limits", f"{ROOT}/snapshots"

CONTROL_PAGES: tuple[Page, ...] = (
    Page("show_clock", "GET", ROOT, controlled(clock.show_clock), _READ),
    Page("turn_clock", "POST", ROOT, controlled(clock.move_clock), _DEVELOP),
    Page("show_faults", "GET", _F, controlled(faults.show_faults), _READ),
    Page("create_fault", "POST", _F, controlled(faults.create_fault), _DEVELOP),
    Page("delete_faults", "POST", f"{_F}/delete", controlled(faults.delete_faults), _DEVELOP),
    Page("delete_fault", "POST", f"{_F}/{{fault_id}}/delete", controlled(faults.delete_fault), _DEVELOP),
    Page("show_banks", "GET", _B, controlled(banks.show_banks), _READ),
    Page("create_bank", "POST", _B, controlled(banks.create_bank), _DEVELOP),
    Page("delete_bank", "POST", f"{_B}/{{institution_id}}/delete", controlled(banks.delete_bank), _DEVELOP),
    Page("show_limits", "GET", _L, controlled(limits.show_limits), _READ),
    Page("update_limits", "POST", _L, controlled(limits.update_limits), _DEVELOP),
    Page("reset_limits", "POST", f"{_L}/reset", controlled(limits.reset_limits), _DEVELOP),
    Page("show_snapshots", "GET", _S, controlled(snapshots.show_snapshots), _READ),
    Page("create_snapshot", "POST", _S, controlled(snapshots.create_snapshot), _DEVELOP),
    Page("restore_snapshot", "POST", f"{_S}/{{name}}/restore", controlled(snapshots.restore_snapshot), _DEVELOP),
    Page("delete_snapshot", "POST", f"{_S}/{{name}}/delete", controlled(snapshots.delete_snapshot), _DEVELOP),
    Page("fork_snapshot", "POST", f"{_S}/{{name}}/fork", controlled(snapshots.fork_snapshot), _DEVELOP),
    Page("create_fork", "POST", f"{ROOT}/forks", controlled(snapshots.fork_snapshot), _DEVELOP),
    Page("delete_fork", "POST", f"{ROOT}/forks/{{fork_id}}/delete", controlled(snapshots.delete_fork), _DEVELOP),
    Page("reset_sandbox", "POST", f"{ROOT}/reset", controlled(snapshots.reset), _DEVELOP, largest=snapshots.SEED_BYTES),
    Page("invite_cast", "POST", f"{ROOT}/cast", controlled(snapshots.create_demo_users), _DEVELOP),
)

INSPECTOR_PAGES: tuple[Page, ...] = (
    Page("show_requests", "GET", "/dashboard/requests", requests.show_requests, _DEVELOP),
    Page("show_request", "GET", "/dashboard/requests/{correlation_id}", requests.show_request, _DEVELOP),
    Page("replay_request", "POST", "/dashboard/requests/{correlation_id}/replay", requests.replay_request, _DEVELOP),
)

SANDBOX_PAGES: tuple[Page, ...] = (*CONTROL_PAGES, *INSPECTOR_PAGES)


class SandboxPageHooks(PageHooks):
    """`admin_secret` is what running a scenario sends to this server's control plane."""

    templates = "bowerbird.sandbox.pages"

    def __init__(self, admin_secret: str) -> None:
        self._admin_secret = admin_secret
        self.pages = (*SANDBOX_PAGES, Page("trigger_code", "POST", "/dashboard/codes", self._trigger_code, _DEVELOP))

    def _trigger_code(self, request: PageRequest) -> PageResponse:
        return trigger_code(request, self._admin_secret)

    def why_unavailable(self, request: PageRequest) -> str:
        return why_unavailable(request)

    def changes(self, request: PageRequest) -> str:
        controls = controls_of(request.services)
        if controls is None or not server.is_sandbox(request.services):
            return ""
        moved = "is frozen" if controls.clock.frozen_at is not None else "is ahead"
        count = len(controls.faults)
        changed = [f"the clock {moved}"] if controls.clock.is_turned else []
        changed += [f"{count:,} fault{'' if count == 1 else 's'} may be injected"] if count else []
        text = ", and ".join(changed)
        return f"{text[0].upper()}{text[1:]}." if text else ""

    def scenario_of(self, entry: Entry) -> Sequence[ScenarioStep]:
        return [described(step) for step in SCENARIOS.get(entry.key, [])]

    def may_inject(self, entry: Entry) -> bool:
        return may_inject(entry)

    def has_recorded(self, request: PageRequest, correlation_id: str) -> bool:
        inspector = inspector_of(request)
        return inspector is not None and inspector.find(correlation_id) is not None
