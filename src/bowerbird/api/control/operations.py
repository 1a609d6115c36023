"""The control plane's own URL map."""

from __future__ import annotations

from functools import partial

from bowerbird.api import operations
from bowerbird.api.control import codes
from bowerbird.api.control.door import ROOT
from bowerbird.api.operation import Access, Operation

_control = partial(Operation, access=Access.CONTROL, tags=())

CONTROL_OPERATIONS: tuple[Operation, ...] = (
    _control("list_codes", "GET", f"{ROOT}/codes", codes.list_codes, "Every response code, and how to be told it", {200: dict}),
    _control("get_control_openapi", "GET", f"{ROOT}/openapi.json", operations.get_control_openapi, "This description", {200: dict}),
)
