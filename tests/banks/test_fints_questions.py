"""What a FinTS bank asks beyond the first login: a TAN for rows, pictures, and what becomes of a TAN when the server is killed with it."""

from __future__ import annotations

import base64
import re
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bowerbird.settings import Settings
from tests.banks.fints_bank import BANK, PIN, PRODUCT, TAN, USER, FinTsBank
from tests.banks.test_fints import INSTITUTION, accounts, answered, asked_text, served
from tests.banks.test_up import refresh, succeeded
from tests.faults.fleet import new_key
from tests.serving import Application, Process, Serving, failure_of, is_settled, until
from tests.web.consent_session import Person


def gives_tan(app: Application, job_id: str) -> None:
    assert app.post(f"/jobs/{job_id}/mfa", json={"mfa-response": [TAN]}).status_code == 202


def confirm_each_account(serving: Serving, app: Application, job_id: str) -> dict[str, Any]:
    """The job once the person has given a TAN for the rows of each of two accounts."""
    for _account in range(2):
        serving.idle()
        assert bank_questions(app.job(job_id)) == ["mfa-challenge"]
        gives_tan(app, job_id)
    serving.idle()
    return app.settled(job_id)


def bank_questions(job: dict[str, Any]) -> list[str]:
    """The titles of the steps that wait for the person."""
    return [step["title"] for step in job["steps"] if step["status"] == "in-progress" and (step["result"] or {}).get("type") == "mfa"]


def test_each_account_whose_rows_need_a_tan_asks_the_person_who_is_there(tmp_path: Path) -> None:
    """A refresh at night asks no one: it says what to do, and with the login given again the person is asked."""
    bank = FinTsBank(*accounts())
    bank.tan_for_rows = True
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user = app.new_user()
        job_id = app.connect(user, USER, PIN, INSTITUTION)
        job = confirm_each_account(serving, app, job_id)
        assert succeeded(job), job
        assert len(app.transactions(user)) == 5
        assert app.job(job_id)["steps"][1]["result"] is not None
        assert failure_of(refresh(serving, app, user))[:2] == ("retrieve-transactions", "account-not-accessible-requires-user-action")
        [connection] = app.get(f"/users/{user}/connections").json()["data"]
        assert connection["status"] == "active"
        again = app.post(f"/users/{user}/connections/{connection['id']}", json={"password": PIN}).json()["id"]
        job = confirm_each_account(serving, app, again)
        assert succeeded(job), job
        assert (len(app.transactions(user)), bank.systems) == (5, ["SYS1"])


def test_a_wrong_tan_for_rows_ends_the_job(tmp_path: Path) -> None:
    bank = FinTsBank(*accounts())
    bank.tan_for_rows = True
    with served(tmp_path, bank) as serving:
        app = serving.application()
        job_id = app.connect(app.new_user(), USER, PIN, INSTITUTION)
        app.settled(job_id)
        assert failure_of(answered(app, job_id, "000000"))[:2] == ("mfa-challenge", "invalid-credentials")


def test_the_person_s_page_says_how_rows_are_confirmed_and_shows_the_picture(tmp_path: Path) -> None:
    bank = FinTsBank(*accounts())
    with served(tmp_path, bank) as serving:
        app = serving.application()
        person = Person(serving, app, app.new_user())
        person.land()
        person.agree()
        page = f"/home/institutions/{INSTITUTION}"
        job = str(person.send(page, {"login_id": USER, "password": PIN}, on=page).headers["location"])
        assert succeeded(app.settled(job.rpartition("/")[2]))
        bank.tan_for_rows, bank.picture = True, ("image/png", png((200, 200)))
        connection = f"/home/connections/{connection_of(app, person)}"
        refreshed = str(person.send(f"{connection}/refresh", {}, on="/home/manage").headers["location"])
        app.settled(refreshed.rpartition("/")[2])
        text = person.get(refreshed).text
        assert "asks you to confirm" in text
        login = f"{connection}/login"
        assert f'href="{login}"' in text
        asking = str(person.send(login, {"login_id": USER, "password": PIN}, on=login).headers["location"])
        app.settled(asking.rpartition("/")[2])
        found = re.search(r'src="data:image/png;base64,([^"]+)"', person.get(asking).text)
        assert found
        shown = base64.b64decode(found[1])
        with Image.open(BytesIO(shown)) as image:
            assert (image.size, b"taken at home" in shown) == ((200, 200), False)
        person.close()


def connection_of(app: Application, person: Person) -> str:
    return str(app.get(f"/users/{person.user_id}/connections").json()["data"][0]["id"])


def png(size: tuple[int, int]) -> bytes:
    """A picture that says something beside its pixels, too large to be taken for a flicker code."""
    notes, written = PngInfo(), BytesIO()
    notes.add_text("Comment", "taken at home")
    Image.frombytes("L", size, Random(7).randbytes(size[0] * size[1])).save(written, "PNG", pnginfo=notes)
    return written.getvalue()


@pytest.mark.parametrize(
    "picture", [("image/jpeg", b"\xff\xd8" + b"x" * 300), ("image/png", b"\x89PNG" + b"x" * 300), ("image/png", png((520, 100)))]
)
def test_a_picture_that_cannot_be_shown_is_named_in_the_text(tmp_path: Path, picture: tuple[str, bytes]) -> None:
    bank = FinTsBank(*accounts(), second="tan")
    bank.picture = picture
    with served(tmp_path, bank) as serving:
        app = serving.application()
        job = app.settled(app.connect(app.new_user(), USER, PIN, INSTITUTION))
        assert "cannot be shown here" in asked_text(job)


CODES = {
    "2908881344731012345678900515,00": ("1204881344730512345678901531352C30303B", "start code 88134473, then 1234567890, then 15,00"),
    "XX": ("", ""),
    "99": ("", ""),
    "2908\x01813447310123456789005": ("", ""),
}
"""Challenges of HHD 1.3 with what a device has to read of each, from the test of python-fints; the others are no codes."""


@pytest.mark.parametrize("code", [code for code, (read, _) in CODES.items() if read])
def test_a_device_reads_the_moving_bars_of_the_page(tmp_path: Path, code: str) -> None:
    """By the light of each bar, as a device does: a half byte while the clock is on, the lowest bit beside the clock."""
    bank = FinTsBank(*accounts(), second="tan")
    bank.flicker = code
    with served(tmp_path, bank) as serving:
        app = serving.application()
        person = Person(serving, app, app.new_user())
        person.land()
        person.agree()
        page = f"/home/institutions/{INSTITUTION}"
        job = str(person.send(page, {"login_id": USER, "password": PIN}, on=page).headers["location"])
        assert CODES[code][1] in asked_text(app.settled(job.rpartition("/")[2]))
        text = person.get(job).text
        assert re.search(r"<details[^>]*><summary>Show the moving bars", text), "nothing flashes unasked"
        assert "<script" not in text.partition("<main")[2]
        found = re.search(r'src="data:image/png;base64,([^"]+)"', text)
        assert found
        frames = lit(base64.b64decode(found[1]))
        assert frames[:7] == ["10000", "00000", "11111", "01111", "11111", "01111", "11111"]
        on, off = frames[7::2], frames[8::2]
        assert [each[0] for each in on] == ["1"] * len(on)
        assert [f"0{each[1:]}" for each in on] == off
        halves = "".join(f"{int(each[:0:-1], 2):X}" for each in on)
        assert "".join(halves[at : at + 2][::-1] for at in range(0, len(halves), 2)) == CODES[code][0]
        assert succeeded(answered(app, job.rpartition("/")[2], TAN))
        person.close()


def lit(picture: bytes) -> list[str]:
    """Which of the five bars shine in each frame, each shown for 50 ms; the marks above the outer ones stand still."""
    frames, bars = [], range(28, 224, 42)
    with Image.open(BytesIO(picture)) as image:
        assert (image.size, getattr(image, "is_animated", False), image.info["loop"]) == ((224, 108), True, 0)
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            assert image.info["duration"] == 50
            shown = image.convert("L")
            assert [shown.getpixel((x, 5)) for x in bars] == [255, 0, 0, 0, 255]
            light = {tuple("1" if shown.getpixel((x, y)) else "0" for x in bars) for y in (15, 60, 104)}
            assert not any(shown.getpixel((x, 60)) for x in (5, 49, 91, 133, 175, 219)), "dark between the bars"
            assert len(light) == 1
            frames.append("".join(light.pop()))
    return frames


@pytest.mark.parametrize("code", [code for code, (read, _) in CODES.items() if not read])
def test_a_code_that_is_none_is_named_in_the_text(tmp_path: Path, code: str) -> None:
    bank = FinTsBank(*accounts(), second="tan")
    bank.flicker = code
    with served(tmp_path, bank) as serving:
        app = serving.application()
        job = app.settled(app.connect(app.new_user(), USER, PIN, INSTITUTION))
        assert "cannot be read here: choose another TAN procedure" in asked_text(job)


@pytest.mark.parametrize(
    ("point", "is_forgetful", "questions"),
    [("here", False, 0), ("used", False, 0), ("used", True, 1)],
    ids=["before its use", "after its use", "after its use, which the bank does not remember"],
)
@pytest.mark.parametrize("tan_for_rows", [False, True], ids=["login", "rows"])
def test_a_server_killed_around_a_tan_goes_on(tmp_path: Path, point: str, is_forgetful: bool, questions: int, tan_for_rows: bool) -> None:
    """SIGKILL while the TAN is with the bank: the job goes on where the bank took it, else the bank's new question says what happened."""
    bank = FinTsBank(*accounts(datetime.now(UTC))[:1], second="" if tan_for_rows else "tan")
    bank.tan_for_rows, bank.is_forgetful = tan_for_rows, is_forgetful
    settings = tmp_path / "connectors.toml"
    with bank:
        settings.write_text(f'[fints]\nbank = "{BANK}"\nurl = "{bank.url}/fints"\nproduct = "{PRODUCT}"\n')
        environment = {"BOWERBIRD_CONNECTORS": str(settings), "BOWERBIRD_OUTBOUND_ALLOW": bank.host, "BOWERBIRD_LEASE_SECONDS": "2"}
        key = new_key(Settings(data=tmp_path / "data"))
        process = Process(tmp_path / "data", **environment)
        with process, closing(Application(process.url, key)) as app:
            user = app.new_user()
            job_id = app.connect(user, USER, PIN, INSTITUTION)
            app.settled(job_id)

            def kill(when: str) -> None:
                if when == point:
                    bank.at_tan = lambda _when: None
                    process.kill()
                    if point == "here":
                        raise ConnectionResetError("the bank has not read it")

            bank.at_tan = kill
            gives_tan(app, job_id)
            until(lambda: process.ended, "the kill")
            process.start()
            app.close()
            restarted = Application(process.url, key)
            if tan_for_rows and point == "used":
                questions = 1  # rows are given once a TAN
            job = until(partial(_gone_on, restarted, job_id), "the job to go on")
            if questions:
                assert "The server stopped while it passed your answer on" in asked_text(job)
                bank.is_forgetful = False
                gives_tan(restarted, job_id)
            job = until(partial(_ended, restarted, job_id), "the job to end")
            assert succeeded(job), job
            assert len(restarted.transactions(user)) == 5
            restarted.close()


def _ended(app: Application, job_id: str) -> dict[str, Any] | None:
    job = app.job(job_id)
    return job if not bank_questions(job) and is_settled(job) else None


def _gone_on(app: Application, job_id: str) -> dict[str, Any] | None:
    """The job once it has ended, or asks because the server stopped."""
    job = app.job(job_id)
    return job if (not bank_questions(job) and is_settled(job)) or "The server stopped" in str(job) else None
