"""The page map of the sandbox's controls."""

from __future__ import annotations

from bowerbird.sandbox.pages import banks, clock, faults, limits, snapshots
from bowerbird.sandbox.pages.access import ROOT, controlled
from bowerbird.web.kernel.page import Page

_F, _B, _L, _S = f"{ROOT}/faults", f"{ROOT}/banks", f"{ROOT}/limits", f"{ROOT}/snapshots"

CONTROL_PAGES: tuple[Page, ...] = (
    Page("show_clock", "GET", ROOT, controlled(clock.show_clock)),
    Page("turn_clock", "POST", ROOT, controlled(clock.move_clock)),
    Page("show_faults", "GET", _F, controlled(faults.show_faults)),
    Page("create_fault", "POST", _F, controlled(faults.create_fault)),
    Page("delete_faults", "POST", f"{_F}/delete", controlled(faults.delete_faults)),
    Page("delete_fault", "POST", f"{_F}/{{fault_id}}/delete", controlled(faults.delete_fault)),
    Page("show_banks", "GET", _B, controlled(banks.show_banks)),
    Page("create_bank", "POST", _B, controlled(banks.create_bank)),
    Page("delete_bank", "POST", f"{_B}/{{institution_id}}/delete", controlled(banks.delete_bank)),
    Page("show_limits", "GET", _L, controlled(limits.show_limits)),
    Page("update_limits", "POST", _L, controlled(limits.update_limits)),
    Page("reset_limits", "POST", f"{_L}/reset", controlled(limits.reset_limits)),
    Page("show_snapshots", "GET", _S, controlled(snapshots.show_snapshots)),
    Page("create_snapshot", "POST", _S, controlled(snapshots.create_snapshot)),
    Page("restore_snapshot", "POST", f"{_S}/{{name}}/restore", controlled(snapshots.restore_snapshot)),
    Page("delete_snapshot", "POST", f"{_S}/{{name}}/delete", controlled(snapshots.delete_snapshot)),
    Page("fork_snapshot", "POST", f"{_S}/{{name}}/fork", controlled(snapshots.fork_snapshot)),
    Page("create_fork", "POST", f"{ROOT}/forks", controlled(snapshots.fork_snapshot)),
    Page("delete_fork", "POST", f"{ROOT}/forks/{{fork_id}}/delete", controlled(snapshots.delete_fork)),
    Page("reset_sandbox", "POST", f"{ROOT}/reset", controlled(snapshots.reset), largest=snapshots.SEED_BYTES),
    Page("invite_cast", "POST", f"{ROOT}/cast", controlled(snapshots.create_demo_users)),
)
