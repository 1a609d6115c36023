"""The control plane's own URL map."""

from __future__ import annotations

from functools import partial

from bowerbird.api import operations
from bowerbird.api.control import applications, clock, codes, faults, limits
from bowerbird.api.control.door import ROOT
from bowerbird.api.operation import Access, BodyKind, Operation
from bowerbird.api.shapes import control as s

_control = partial(Operation, access=Access.CONTROL, tags=())
_body = partial(_control, body_kind=BodyKind.JSON)

CONTROL_OPERATIONS: tuple[Operation, ...] = (
    _control("list_codes", "GET", f"{ROOT}/codes", codes.list_codes, "Every response code, and how to be told it", {200: dict}),
    _body("create_fault", "POST", f"{ROOT}/faults", faults.create_fault, "Have calls or jobs fail or wait", {200: s.FaultView},
          body=s.NewFault, noun="fault"),
    _control("list_faults", "GET", f"{ROOT}/faults", faults.list_faults, "The faults at work", {200: s.FaultList}),
    _control("delete_faults", "DELETE", f"{ROOT}/faults", faults.delete_faults, "Lift all faults", {204: None}),
    _control("delete_fault", "DELETE", f"{ROOT}/faults/{{faultId}}", faults.delete_fault, "Lift a fault", {204: None}, tags=("fault",)),
    _control("get_limits", "GET", f"{ROOT}/limits", limits.get_limits, "The limits as they hold now", {200: s.LimitsView}),
    _body("update_limits", "POST", f"{ROOT}/limits", limits.update_limits, "Change limits", {200: s.LimitsView},
          body=s.LimitsChange, noun="limits"),
    _control("reset_limits", "DELETE", f"{ROOT}/limits", limits.reset_limits, "Put limits back to the settings", {200: s.LimitsView}),
    _control("get_clock", "GET", f"{ROOT}/clock", clock.get_clock, "The sandbox's clock", {200: s.ClockView}),
    _body("update_clock", "POST", f"{ROOT}/clock", clock.update_clock, "Move the clock on, freeze it, let it run",
          {200: s.ClockMove}, body=s.ClockChange, noun="clock move"),
    _body("create_application", "POST", f"{ROOT}/applications", applications.create_application, "Create a sandbox application",
          {200: s.ApplicationKey}, body=s.NewApplication, noun="application"),
    _body("update_application", "POST", f"{ROOT}/applications/{{applicationId}}", applications.update_application,
          "Disable an application, or enable it again", {200: s.ApplicationView}, tags=("application",), body=s.ApplicationChange,
          noun="application"),
    _control("get_control_openapi", "GET", f"{ROOT}/openapi.json", operations.get_control_openapi, "This description", {200: dict}),
)  # fmt: skip
