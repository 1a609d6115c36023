"""Uploaded files in a folder and in an S3-compatible store: sealed, consistent with their rows after a crash, deleted once read."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from bowerbird import cli, codes
from bowerbird.background.upkeep import delete_expired_files, sweep_uploads
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.connections import connections
from bowerbird.domain.jobs.advance import advance
from bowerbird.domain.statements.uploads import read_upload
from bowerbird.domain.users import users
from bowerbird.model.clock import ManualClock
from bowerbird.model.ids import new_id
from bowerbird.sandbox.snapshots import save_snapshot
from bowerbird.settings import Settings
from bowerbird.storage.database import tables
from bowerbird.storage.files import disk
from bowerbird.storage.files.stores import InRow, UploadName
from bowerbird.wiring.services import SetupError, open_services, open_uploads
from tests.bucket import SECRET, Bucket
from tests.faults.crash_worker import take_in
from tests.faults.fleet import MASTER_KEY
from tests.faults.long_account import statement
from tests.faults.test_canaries import new_application
from tests.faults.test_kill_points import EVERY, EVERY_FIFTH, CrashWorker, Stage, kill_at_every_point, opened
from tests.faults.traffic import ON_PAPER
from tests.postgres import Postgres
from tests.serving import NOON, Process, Serving, is_settled, until

FILE = statement(0, 60)
PLAIN = b"ROW 1"
NAME = (tables.uploads.c.application_id, tables.uploads.c.user_id, tables.uploads.c.job_id)
SOME = slice(1, None, 2)
"""Of the points of an upload: `kept`, `torn` and `committed`."""
MUCH_LATER = datetime.now(UTC) + timedelta(hours=2)


@dataclass
class Away:
    """A place outside the database, as its operator sees it."""

    settings: dict[str, Any]
    bucket: Bucket | None = None

    @property
    def _folder(self) -> Path:
        return Path(self.settings["uploads"])

    def files(self) -> dict[str, bytes]:
        if self.bucket:
            return {key.removeprefix("waiting/"): content for key, content in self.bucket.objects().items()}
        return {file.name: file.read_bytes() for file in self._folder.glob("*") if file.name != ".lock"}

    def write(self, name: str, content: bytes) -> None:
        if self.bucket:
            self.bucket.put(f"waiting/{name}", content)
        else:
            (self._folder / name).write_bytes(content)

    def go(self) -> None:
        if self.bucket:
            self.bucket.go_away()
        else:
            self._folder.rename(self._folder.with_name("elsewhere"))

    def come_back(self) -> None:
        if self.bucket:
            self.bucket.come_back()
        else:
            self._folder.with_name("elsewhere").rename(self._folder)

    def empty(self) -> None:
        until(lambda: not self.files(), "the last file to leave")


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    with Bucket() as running:
        yield running


@pytest.fixture(params=["folder", "s3"])
def away(request: pytest.FixtureRequest, tmp_path: Path) -> Away:
    if request.param == "folder":
        return Away({"uploads": str(tmp_path / "uploads")})
    bucket: Bucket = request.getfixturevalue("bucket")
    bucket.clear()
    return Away(bucket.settings, bucket)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> dict[str, Any]:
    if request.param == "sqlite":
        return {}
    postgres: Postgres = request.getfixturevalue("postgres")
    return {"database_url": postgres.database().url, "master_key": MASTER_KEY}


@pytest.fixture
def stage(away: Away, tmp_path: Path) -> Iterator[Stage]:
    """Only the test advances jobs here."""
    made = Stage(Settings(data=tmp_path / "data", **away.settings))
    yield made
    made.services.close()


def rows(stage: Stage) -> list[Any]:
    return stage.rows(select(tables.uploads))


def read(stage: Stage, job: str) -> str:
    """Advance a job as far as it goes; its state, and the titles of its steps that failed."""
    advance(stage.services, "test", job)
    return str(stage.rows(select(tables.jobs.c.state).where(tables.jobs.c.id == job))[0][0])


def test_a_file_lies_outside_sealed_until_it_is_read(away: Away, engine: dict[str, Any], tmp_path: Path) -> None:
    stage = Stage(Settings(data=tmp_path / "data", **away.settings, **engine))
    with closing(stage.services):
        tenant = stage.new_user()
        job = take_in(stage.services, tenant, ON_PAPER, FILE)
        (row,) = rows(stage)
        assert (row.kept_in, bytes(row.content)) == (stage.services.uploads.place, b"")
        (content,) = away.files().values()
        assert len(content) > len(FILE)
        assert PLAIN in FILE
        assert PLAIN not in content
        assert read(stage, job) == "succeeded"
        assert len(stage.stored(tenant, job)["transactions"]) == 60
        assert rows(stage) == []
        away.empty()


def test_a_refused_or_repeated_upload_leaves_no_file(away: Away, tmp_path: Path) -> None:
    with Serving(tmp_path / "data", **away.settings) as serving:
        app = serving.application()
        user = app.new_user()
        assert app.upload(user, FILE, institution="AU99999").status_code in (400, 404)
        assert app.upload(user, b"\x00no statement").status_code == 400
        form = {"data": {"institutionId": ON_PAPER}, "files": {"statement": ("a.csv", FILE)}}
        answers = [app.post(f"/users/{user}/statements", headers={"Idempotency-Key": "once"}, **form) for _ in range(2)]
        assert {answer.status_code for answer in answers} == {202}
        assert answers[0].json() == answers[1].json()
        app.settled(answers[0].json()["id"])
        away.empty()


SHARES = [("folder", "sqlite", EVERY_FIFTH), ("s3", "postgresql", 2 * EVERY_FIFTH)]
ALL = [pytest.param(place, engine, EVERY, marks=pytest.mark.soak) for place in ("folder", "s3") for engine in ("sqlite", "postgresql")]


@pytest.mark.parametrize(("away", "engine", "every"), [*SHARES, *ALL], indirect=["away", "engine"])
def test_a_kill_anywhere_leaves_at_most_an_orphan(
    away: Away, engine: dict[str, Any], every: int, tmp_path: Path, tell: Callable[[object], None]
) -> None:
    """Between a file and its row on the way in, and at the points of the job that reads it."""
    with opened(Settings(data=tmp_path / "data", **away.settings, **engine)) as (stage, crash_worker):
        tell(kill_on_the_way_in(stage, crash_worker, away, slice(None) if every == EVERY else SOME))
        table = kill_at_every_point(stage, crash_worker, every, {"statement": Stage.read_statement})
        tell(dict(table["statement"]))
        assert table["statement"].total() > 1
        sweep_uploads(stage.services, MUCH_LATER)
        away.empty()


def kill_on_the_way_in(stage: Stage, crash_worker: CrashWorker, away: Away, chosen: slice) -> dict[str, str]:
    """Point → what was left there, before the sweep."""
    left: dict[str, str] = {}
    points, killed = crash_worker.take_in(stage.new_user(), FILE)
    assert (points, killed) == (["asked", "kept", "begin", "torn", "written", "committed"], False)
    for die_at, point in list(enumerate(points))[chosen]:
        assert crash_worker.take_in(stage.new_user(), FILE, die_at=die_at) == (points[: die_at + 1], True)
        named, files = {".".join(row[:3]) for row in stage.rows(select(*NAME))}, set(away.files())
        assert named <= files, "no row is without its file"
        left[point] = f"{len(named)} rows, {len(files - named)} orphans"
        assert sweep_uploads(stage.services, datetime.now(UTC)) == 0, "young ones are left alone"
        assert sweep_uploads(stage.services, MUCH_LATER) == len(files - named) <= 1
        until(lambda named=named: set(away.files()) == named, "the orphan to leave")  # type: ignore[misc]
    for row in stage.rows(select(tables.uploads.c.job_id)):
        assert read(stage, row.job_id) == "succeeded"
    away.empty()
    return left


def test_a_store_that_is_away_is_answered_with_503(away: Away, tmp_path: Path) -> None:
    with Serving(tmp_path / "data", **away.settings) as serving:
        app = serving.application()
        user = app.new_user()
        away.go()
        answer = app.upload(user, FILE)
        away.come_back()
        error = answer.json()["data"][0]
        assert codes.matching(503, error["code"], error["title"], error["detail"]) is codes.SERVICE_UNAVAILABLE
        assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (503, True)
        assert app.get(f"/users/{user}/jobs").json()["data"] == []
        assert is_settled(app.settled(app.upload(user, FILE).json()["id"]))


def test_a_job_waits_for_a_store_that_is_away(away: Away, stage: Stage) -> None:
    clock = stage.services.clock
    assert isinstance(clock, ManualClock)
    tenant = stage.new_user()
    job = take_in(stage.services, tenant, ON_PAPER, FILE)
    away.go()
    for _ in range(3):
        assert read(stage, job) == "queued"
        clock.advance(timedelta(seconds=6))
    away.come_back()
    assert read(stage, job) == "succeeded"
    assert len(stage.stored(tenant, job)["transactions"]) == 60


def test_a_job_waits_where_the_setting_names_another_place(stage: Stage) -> None:
    tenant = stage.new_user()
    job = take_in(stage.services, tenant, ON_PAPER, FILE)
    chosen, stage.services.uploads = stage.services.uploads, InRow()
    assert read(stage, job) == "queued"
    stage.services.uploads = chosen
    clock = stage.services.clock
    assert isinstance(clock, ManualClock)
    clock.advance(timedelta(seconds=6))
    assert read(stage, job) == "succeeded"


def test_other_bytes_are_refused(away: Away, stage: Stage) -> None:
    """Altered, of another job of the same user, of another user, in clear, and none at all."""

    def sealed(tenant: Tenant, job: str) -> bytes:
        return away.files()[str(UploadName(*tenant, job))]

    unknown_bank = stage.new_user()
    theirs = sealed(unknown_bank, take_in(stage.services, unknown_bank, ON_PAPER, FILE))
    for bad in ("altered", "of another job", "of another user", "clear", "none"):
        tenant = stage.new_user()
        job, waits = (take_in(stage.services, tenant, ON_PAPER, FILE) for _ in range(2))
        own = sealed(tenant, job)
        other = {"altered": own[:-1] + bytes([own[-1] ^ 1]), "of another job": sealed(tenant, waits), "of another user": theirs}
        away.write(str(UploadName(*tenant, job)), {**other, "clear": FILE, "none": b""}[bad])
        assert read(stage, job) == "failed", bad
        assert stage.stored(tenant, job)["transactions"] == [], bad


def test_who_deletes_takes_the_files_along(away: Away, stage: Stage) -> None:
    tenant, other = stage.new_user(), stage.new_user()
    take_in(stage.services, tenant, ON_PAPER, FILE)
    take_in(stage.services, other, ON_PAPER, FILE)
    stage.write(lambda session: users.delete_user(session.of(tenant)))
    until(lambda: [name.split(".")[1] for name in away.files()] == [other.user_id], "the deleted user's file to leave")
    (connection,) = stage.rows(select(tables.connections.c.id))
    stage.write(lambda session: connections.delete_connection(session.of(other), connection[0]))
    away.empty()


def test_a_file_that_is_kept_for_operators_goes_with_its_time(away: Away, stage: Stage) -> None:
    stage.services.limits = replace(stage.services.limits, statement_files_kept_days=1, files_kept_in_sandbox_only=False)
    tenant = stage.new_user()
    job = take_in(stage.services, tenant, ON_PAPER, FILE)
    assert read(stage, job) == "succeeded"
    assert read_upload(stage.services, tenant, job) == ("csv", FILE)
    assert sweep_uploads(stage.services, MUCH_LATER) == 0, "a row names it still"
    clock = stage.services.clock
    assert isinstance(clock, ManualClock)
    clock.advance(timedelta(days=1, seconds=1))
    assert delete_expired_files(stage.services, 10) == 1
    away.empty()


def test_the_sweep_leaves_alone_what_is_not_ours(away: Away, stage: Stage, tell: Callable[[object], None]) -> None:
    take_in(stage.services, stage.new_user(), ON_PAPER, FILE)
    kept = away.files()
    unknown_banks = {"README": b"not ours", f"{new_id()}.{new_id()}": b"nor this"}
    for name, content in unknown_banks.items():
        away.write(name, content)
    for _ in range(20):
        stage.services.uploads.keep(UploadName(new_id(), new_id(), new_id()), b"sealed")
    began = datetime.now(UTC)
    assert sweep_uploads(stage.services, MUCH_LATER) == 20
    tell(f"20 orphans found in {(datetime.now(UTC) - began).total_seconds() * 1000:.0f} ms")
    until(lambda: away.files() == kept | unknown_banks, "the orphans to leave")


def test_a_change_of_the_master_key_covers_them(tmp_path: Path) -> None:
    away = Away({"uploads": str(tmp_path / "uploads")})
    settings = Settings(data=tmp_path / "data", **away.settings)
    stage = Stage(settings)
    tenant = stage.new_user()
    job = take_in(stage.services, tenant, ON_PAPER, FILE)
    stage.services.close()
    before = away.files()
    old = (settings.data / "master.key").read_text().split()
    for command in ("rotate", "retire"):
        done = CliRunner().invoke(cli.app, ["vault", command, "--data", str(settings.data)])
        assert done.exit_code == 0, done.output
    assert not set(old) & set((settings.data / "master.key").read_text().split())
    assert away.files() == before, "no file is touched"
    stage.services = open_services(settings, ManualClock(NOON))
    with closing(stage.services):
        assert read(stage, job) == "succeeded"


def test_a_backup_holds_what_lies_in_the_folder(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", uploads=str(tmp_path / "uploads"))
    stage = Stage(settings, production=False)
    tenant = stage.new_user()
    job = take_in(stage.services, tenant, ON_PAPER, FILE)
    done = CliRunner().invoke(
        cli.app, ["backup", str(tmp_path / "a.backup"), "--data", str(settings.data)], env={"BOWERBIRD_UPLOADS": settings.uploads}
    )
    assert done.exit_code == 0, done.output
    save_snapshot(stage.services, "waiting")
    with stage.services.uploads.hold():
        assert read(stage, job) == "succeeded"
        assert len(list((tmp_path / "uploads").glob("*.*-*"))) == 1, "no file leaves while a copy is being made"
    assert sweep_uploads(stage.services, MUCH_LATER) == 1
    stage.services.close()
    again = tmp_path / "again"
    assert CliRunner().invoke(cli.app, ["restore", str(tmp_path / "a.backup"), "--data", str(again)]).exit_code == 0
    shutil.copy(settings.data / "master.key", again)
    with closing(sqlite3.connect(settings.data / "snapshots" / "waiting.db")) as kept:
        assert kept.execute("SELECT kept_in, length(content) > 100 FROM uploads").fetchall() == [("database", 1)]
    stage.services = open_services(Settings(data=again), ManualClock(NOON))
    with closing(stage.services):
        assert read(stage, job) == "succeeded"
        assert len(stage.stored(tenant, job)["transactions"]) == 60


def test_a_backup_says_what_it_does_not_hold(bucket: Bucket, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", **bucket.settings)
    Stage(settings).services.close()
    done = CliRunner().invoke(
        cli.app, ["backup", str(tmp_path / "a.backup"), "--data", str(settings.data)], env={"BOWERBIRD_UPLOADS": settings.uploads}
    )
    assert "wait to be read in s3://statements/waiting are not in it" in done.output


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"uploads": "here"}, "neither database"),
        ({"uploads": "/dev/null/uploads"}, "Not a directory"),
        ({"uploads": "s3://"}, "named as s3://BUCKET"),
        ({"uploads": "s3://statements", "sandbox_controls": True}, "snapshots and forks"),
    ],
)
def test_an_unusable_place_is_refused_at_the_start(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(SetupError, match=message):
        open_uploads(Settings(**settings))


def test_a_store_without_a_key_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(SetupError, match="set AWS_ACCESS_KEY_ID"):
        open_uploads(Settings(uploads="s3://statements"))


def test_the_key_of_the_store_is_in_no_log(bucket: Bucket, tmp_path: Path) -> None:
    named = {f"BOWERBIRD_{name.upper()}": value for name, value in bucket.settings.items()}
    with Process(tmp_path / "data", BOWERBIRD_LOG_LEVEL="debug", **named) as server:
        app = new_application(replace(Settings(data=server.folder), **bucket.settings), server)
        with closing(app):
            user = app.new_user()
            app.settled(app.upload(user, FILE).json()["id"])
            bucket.go_away()
            assert app.upload(user, FILE).status_code == 503
            bucket.come_back()
    log = server.log.read_text()
    assert "storage_unavailable" in log
    assert SECRET not in log
    assert "Signature" not in log


@pytest.mark.parametrize("place", ["database", "folder"])
def test_a_file_without_room_is_refused(tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever files are kept: the database beside them keeps the room that it needs."""
    chosen: dict[str, Any] = {"uploads": str(tmp_path / "uploads")} if place == "folder" else {}
    with Serving(tmp_path / "data", **chosen) as serving:
        app = serving.application()
        user = app.new_user()
        monkeypatch.setattr(disk, "RESERVED_BYTES", 1 << 60)
        refused = app.upload(user, FILE)
        assert (refused.status_code, refused.json()["data"][0]["code"]) == (503, "service-unavailable")
        monkeypatch.undo()
        assert app.upload(user, FILE).status_code == 202
