"""The fleet's queue on PostgreSQL: Procrastinate's own tables, in a schema of their own, beside our jobs.

A row there asks a worker to look at a job now. It is written in the unit of work that made the job claimable and is gone once a
worker has looked; a job that waits has none. The sweep finds what is lost there: the truth is our `jobs`.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from bowerbird.storage.database.unit_of_work import Prepared, UnitOfWork

SCHEMA = "procrastinate"
VERSION = "3.10"
"""The Procrastinate whose tables the migrations make. Another one needs a migration of ours that brings its own."""

QUEUE = "jobs"
TASK = "advance"

_ANNOUNCE = text(
    "INSERT INTO procrastinate.procrastinate_jobs (queue_name, task_name, queueing_lock, args) "
    "SELECT 'jobs', 'advance', id, jsonb_build_object('job_id', id) FROM unnest(CAST(:ids AS text[])) AS id "
    "ON CONFLICT (queueing_lock) WHERE status = 'todo'::procrastinate.procrastinate_job_status DO NOTHING"
)
_WITHDRAW = Prepared(
    text(
        "DELETE FROM procrastinate.procrastinate_jobs "
        "WHERE queueing_lock = :job_id AND status = 'todo'::procrastinate.procrastinate_job_status"
    )
)
_ABANDON = text(
    "UPDATE jobs SET lease_owner = NULL, lease_expires_at_ms = NULL WHERE id IN ("
    "SELECT id FROM jobs WHERE state IN ('queued', 'waiting') AND due_at_ms <= :now_ms AND lease_expires_at_ms > :lease_now_ms "
    "AND lease_owner LIKE 'worker %' AND NOT EXISTS ("
    "SELECT 1 FROM procrastinate.procrastinate_workers AS worker WHERE worker.id = CAST(split_part(lease_owner, ' ', 2) AS bigint) "
    "AND worker.last_heartbeat > now() - make_interval(secs => :silence)) LIMIT :most FOR UPDATE SKIP LOCKED) RETURNING id"
)
_LOCK_FUNCTIONS = """
DO $$
DECLARE routine regprocedure;
BEGIN
  FOR routine IN SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'procrastinate'::regnamespace LOOP
    EXECUTE format('ALTER FUNCTION %%s SET search_path = procrastinate, pg_temp', routine);
  END LOOP;
END $$
"""


def owner_of(worker_id: int) -> str:
    """How a worker of the fleet is named in a lease: its heartbeat is found by it."""
    return f"worker {worker_id}"


def create(connection: Connection) -> None:
    """Make Procrastinate's tables on PostgreSQL; SQLite needs none.

    Its functions name tables without a schema, and are called from units of work with another search path: each gets a path of its own.
    """
    if connection.dialect.name != "postgresql":
        return
    from procrastinate.schema import SchemaManager  # noqa: PLC0415  (slow to import, and rarely needed)

    path = connection.exec_driver_sql("SHOW search_path").scalar()
    connection.exec_driver_sql(f"CREATE SCHEMA {SCHEMA}")
    connection.exec_driver_sql(f"SET LOCAL search_path TO {SCHEMA}")
    connection.exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
    connection.exec_driver_sql(_LOCK_FUNCTIONS)
    connection.exec_driver_sql(f"SET LOCAL search_path TO {path}")


def announce(uow: UnitOfWork, job_ids: Sequence[str]) -> None:
    """Have a worker look at these jobs once this unit of work is committed. Twice does no more than once; nothing to do on SQLite."""
    if job_ids and uow.dialect == "postgresql":
        uow.execute(_ANNOUNCE, {"ids": list(job_ids)})


def withdraw(uow: UnitOfWork, job_id: str) -> None:
    """Have no other worker look at a job that this unit of work claims; nothing to do on SQLite."""
    if uow.dialect == "postgresql":
        uow.run(_WITHDRAW, {"job_id": job_id})


def abandon(uow: UnitOfWork, now_ms: int, lease_now_ms: int, silence_s: int, most: int) -> list[str]:
    """Void the leases of workers without a heartbeat for so long: others may claim their jobs, and a late write lands nowhere."""
    values = {"now_ms": now_ms, "lease_now_ms": lease_now_ms, "silence": silence_s, "most": most}
    job_ids = [str(row[0]) for row in uow.rows(_ABANDON, values)]
    announce(uow, job_ids)
    return job_ids
