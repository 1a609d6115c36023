"""What the wiring attaches of this package to a server, and the one module it imports of it."""

from __future__ import annotations

from collections.abc import Callable

from bowerbird.api.hooks import ApiHooks
from bowerbird.api.http.request import ApiContext
from bowerbird.api.operation import Operation
from bowerbird.domain.services import Services
from bowerbird.sandbox.api.hooks import SandboxApiHooks
from bowerbird.sandbox.api.operations import CONTROL_OPERATIONS
from bowerbird.sandbox.controls import WHOLE_SANDBOX, Controls, controls_of, inspector_of, load_controls
from bowerbird.sandbox.forks import Forks
from bowerbird.sandbox.hooks import SandboxHooks
from bowerbird.sandbox.inspector import open_inspector
from bowerbird.sandbox.pages.hooks import SandboxPageHooks
from bowerbird.web.kernel.hooks import PageHooks


class SandboxExtension:
    """`operations` are those of the control plane."""

    operations: tuple[Operation, ...] = CONTROL_OPERATIONS

    def attach(self, services: Services, *, alone: bool, has_controls: bool, deterministic: bool, inspector: str, sets_clock: bool) -> None:
        """Attach the sandbox to services that are being opened, and apply what their database says of its clock, limits and faults.

        `sets_clock` says that the services were given no clock of their own: then theirs stands where the sandbox's owner has turned it,
        with the control plane or without. `inspector` is the setting of that name.
        """
        controls = Controls(services.limits, alone=alone, deterministic=deterministic and has_controls)
        services.hooks = hooks = SandboxHooks(controls, open_inspector(inspector, controls=has_controls))
        machine_clock = services.clock
        if sets_clock:
            services.clock = controls.clock
        services.read_now(load_controls, tenant=WHOLE_SANDBOX)
        if has_controls:
            return
        hooks.controls = None
        if not controls.clock.is_turned:
            services.clock = machine_clock

    def page_hooks(self, admin_secret: str) -> PageHooks:
        """Hooks for the pages of a server, with or without the control plane. `admin_secret` is what its owner sends."""
        return SandboxPageHooks(admin_secret)

    def api_hooks(
        self, services: Services, public_url: str, context_for: Callable[[Services, str], ApiContext], *, most: int, idle_seconds: int
    ) -> ApiHooks:
        """Hooks for the API of a server. `context_for` makes the context of a fork's services at an address; there are `most` forks."""
        controls = controls_of(services)
        if controls is not None:
            controls.forks = Forks(services, public_url, context_for, most=most, idle_seconds=idle_seconds)
            return SandboxApiHooks(services, controls.forks)
        return ApiHooks() if inspector_of(services) is None else SandboxApiHooks(services, None)
