"""What a sandbox does at the hooks of the services."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from bowerbird.domain.access.applications import ClockTurned
from bowerbird.domain.jobs.work import StepFailed, Work
from bowerbird.domain.services import Services, Session
from bowerbird.model.ids import drawn_from
from bowerbird.model.job import StepTitle
from bowerbird.sandbox import banks, controls, faults
from bowerbird.sandbox.controls import WHOLE_SANDBOX, WithControls, load_controls
from bowerbird.sdk.connector import ConnectorScenario
from bowerbird.storage.rows.jobs.jobs import JobRow
from bowerbird.storage.rows.sandbox import get_clock_state


class SandboxHooks(WithControls):
    """Attached to the services of a process, and to those of each fork."""

    async def catch_up(self, services: Services) -> None:
        await controls.catch_up(services)

    def require_real_time(self, session: Session) -> None:
        deterministic = self.controls is not None and self.controls.deterministic
        if get_clock_state(session.uow, for_update=True).is_changed or deterministic:
            why = "the clock or the ids of this sandbox are not real, so it can have no production application"
            raise ClockTurned(f"{why}: choose another folder with --data")

    def access_changed(self, services: Services) -> None:
        services.read_now(load_controls, tenant=WHOLE_SANDBOX)

    def real_data_stored(self, services: Services) -> None:
        if self.controls is not None:
            self.controls.close(services)

    def scenario_of(self, session: Session, job: JobRow, now_ms: int) -> ConnectorScenario | None:
        return banks.scenario_for(session, job, now_ms)

    def before_step(self, services: Services, work: Work, title: StepTitle) -> StepFailed | None:
        return faults.inject_into_step(services, work, title)

    def ids_of_step(self, services: Services, job_id: str, position: int) -> AbstractContextManager[None]:
        """The same seed and the same order of requests give the same ids."""
        if self.controls is None or not self.controls.deterministic:
            return nullcontext()
        return drawn_from(f"{services.sandbox_seed}:{job_id}:{position}")
