"""What the sandbox attaches to the services of a process. Each hook does nothing by default: a server runs without a sandbox."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bowerbird.domain.jobs.work import StepFailed, Work
    from bowerbird.domain.services import Services, Session
    from bowerbird.model.job import StepTitle
    from bowerbird.sdk.connector import ConnectorScenario
    from bowerbird.storage.rows.jobs.jobs import JobRow


class Hooks:
    """The services call these; `Services.hooks` holds them."""

    async def catch_up(self, services: Services) -> None:
        """Called before a process looks for what is due or shows a page: another process may have moved the clock."""

    def require_real_time(self, session: Session) -> None:
        """Called before an application gets production access. Raises ClockTurned where clock or ids are not real."""

    def access_changed(self, services: Services) -> None:
        """Called once an application's production access has changed and is committed."""

    def real_data_stored(self, services: Services) -> None:
        """Called once the first real data is committed."""

    def scenario_of(self, session: Session, job: JobRow, now_ms: int) -> ConnectorScenario | None:
        """How the bank of a job misbehaves; None where it does not. Called when a job on a test bank is claimed."""

    def before_step(self, services: Services, work: Work, title: StepTitle) -> StepFailed | None:
        """Called before each step of a job; what it returns is the outcome of the step instead of doing it. May wait."""

    def ids_of_step(self, services: Services, job_id: str, position: int) -> AbstractContextManager[None]:
        """The context in which a step makes ids: random ones, unless a sandbox draws them from its seed."""
        return nullcontext()
