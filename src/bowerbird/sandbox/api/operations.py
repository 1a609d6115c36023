"""The control plane's own URL map."""

from __future__ import annotations

from functools import partial

from bowerbird.api.description.openapi import DescribedApi, render_openapi
from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import ApiResponse
from bowerbird.api.operation import Access, BodyKind, Operation
from bowerbird.api.schemas import control as s
from bowerbird.api.schemas import sandboxes as sb
from bowerbird.sandbox.api import clock, faults, snapshots
from bowerbird.sandbox.api.access import ROOT, admit


async def get_control_openapi(request: ApiRequest) -> ApiResponse:
    return ApiResponse(200, render_openapi(request.base, CONTROL_PLANE))


_control = partial(Operation, access=Access.CONTROL, admits=admit, tags=())
_body = partial(_control, body_kind=BodyKind.JSON)

CONTROL_OPERATIONS: tuple[Operation, ...] = (
    _control("list_codes", "GET", f"{ROOT}/codes", faults.list_codes, "Every response code, and how to trigger it", {200: dict}),
    _body("create_fault", "POST", f"{ROOT}/faults", faults.create_fault, "Make requests or jobs fail or wait", {200: s.FaultView},
          body=s.NewFault, noun="fault"),
    _control("list_faults", "GET", f"{ROOT}/faults", faults.list_faults, "List active faults", {200: s.FaultList}),
    _control("delete_faults", "DELETE", f"{ROOT}/faults", faults.delete_faults, "Delete all faults", {204: None}),
    _control("delete_fault", "DELETE", f"{ROOT}/faults/{{faultId}}", faults.delete_fault, "Delete a fault", {204: None}, tags=("fault",)),
    _control("get_limits", "GET", f"{ROOT}/limits", clock.get_limits, "Read the limits in force", {200: s.LimitsView}),
    _body("update_limits", "POST", f"{ROOT}/limits", clock.update_limits, "Change limits", {200: s.LimitsView},
          body=s.LimitsChange, noun="limits"),
    _control("reset_limits", "DELETE", f"{ROOT}/limits", clock.reset_limits, "Reset limits to the settings", {200: s.LimitsView}),
    _control("get_clock", "GET", f"{ROOT}/clock", clock.get_clock, "Read the sandbox's clock", {200: s.ClockView}),
    _body("update_clock", "POST", f"{ROOT}/clock", clock.update_clock, "Move, freeze or resume the clock",
          {200: s.ClockMove}, body=s.ClockChange, noun="clock move"),
    _body("create_application", "POST", f"{ROOT}/applications", snapshots.create_application, "Create a sandbox application",
          {200: s.ApplicationKey}, body=s.NewApplication, noun="application"),
    _body("update_application", "POST", f"{ROOT}/applications/{{applicationId}}", snapshots.update_application,
          "Disable an application, or enable it again", {200: s.ApplicationView}, tags=("application",), body=s.ApplicationChange,
          noun="application"),
    _body("create_snapshot", "POST", f"{ROOT}/snapshots", snapshots.create_snapshot, "Save the sandbox's state", {200: sb.SnapshotView},
          body=sb.NewSnapshot, noun="snapshot"),
    _control("list_snapshots", "GET", f"{ROOT}/snapshots", snapshots.list_snapshots, "List snapshots", {200: sb.SnapshotList}),
    _control("restore_snapshot", "POST", f"{ROOT}/snapshots/{{name}}/restore", snapshots.restore_snapshot, "Restore a snapshot",
             {204: None}, tags=("snapshot",)),
    _control("fork_snapshot", "POST", f"{ROOT}/snapshots/{{name}}/fork", snapshots.fork_snapshot, "Create a fork from a snapshot",
             {200: sb.ForkView}, tags=("snapshot",)),
    _control("delete_snapshot", "DELETE", f"{ROOT}/snapshots/{{name}}", snapshots.delete_snapshot, "Delete a snapshot", {204: None},
             tags=("snapshot",)),
    _control("create_fork", "POST", f"{ROOT}/forks", snapshots.create_fork, "Create a fork from the current state",
             {200: sb.ForkView}),
    _control("list_forks", "GET", f"{ROOT}/forks", snapshots.list_forks, "List forks", {200: sb.ForkList}),
    _control("delete_fork", "DELETE", f"{ROOT}/forks/{{forkId}}", snapshots.delete_fork, "Delete a fork", {204: None}, tags=("fork",)),
    _body("create_reset", "POST", f"{ROOT}/reset", snapshots.create_reset, "Empty the sandbox, or load a seed file", {200: sb.ResetView},
          body=sb.NewReset, noun="reset"),
    _body("create_bank", "POST", f"{ROOT}/banks", faults.create_bank, "Make a bank misbehave", {200: sb.BankView}, body=sb.NewBank,
          noun="bank"),
    _control("list_banks", "GET", f"{ROOT}/banks", faults.list_banks, "List banks that misbehave, and the presets", {200: sb.BankList}),
    _control("delete_bank", "DELETE", f"{ROOT}/banks/{{institutionId}}", faults.delete_bank, "Make a bank behave again", {204: None},
             tags=("bank",)),
    _control("get_control_openapi", "GET", f"{ROOT}/openapi.json", get_control_openapi, "This description", {200: dict}),
)  # fmt: skip

CONTROL_PLANE = DescribedApi(
    "Bowerbird: control plane of the sandbox",
    "Controls the sandbox: response codes on demand, faults, limits, the clock. Open to programs on the server's own machine, and to "
    "programs elsewhere that send the admin token; closed once the server has a production application.",
    CONTROL_OPERATIONS,
    {"admin": {"type": "http", "scheme": "bearer", "description": "The admin token"}},
    errors_of_controls=True,
)
"""Described apart from the protocol."""
