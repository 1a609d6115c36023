"""`bowerbird listen` against a real server, forwarding to a real receiver, in a process of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from standardwebhooks import Webhook

from tests.receiver import Receiver
from tests.serving import PATIENCE_SECONDS, START_SECONDS, Application, Serving, until

TYPES = ("--type", "user.created", "--type", "user.deleted")


class Listening:
    """The command as a process, its words in a file."""

    def __init__(self, file: Path, serving: Serving, app: Application, *options: str) -> None:
        self.file = file
        command = [sys.executable, "-m", "bowerbird", "listen", "--url", serving.url, *options]
        with file.open("wb") as output:
            environment = {**os.environ, "BOWERBIRD_API_KEY": app.api_key, "PYTHONUNBUFFERED": "1"}
            self.process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)

    def words(self) -> str:
        return self.file.read_text()

    def interrupt(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE_SECONDS)


def heard_of_a_user(app: Application, receiver: Receiver) -> bool:
    """One at a time, so that the command does not fall behind."""
    app.new_user()
    with suppress(AssertionError):
        return bool(until(lambda: receiver.received, "the event", 1))
    return False


def test_events_are_printed_forwarded_signed_and_gone_on_with(tmp_path: Path) -> None:
    with Serving(tmp_path / "data") as serving, Receiver() as receiver:
        app = serving.application()
        app.new_user()
        first = Listening(
            tmp_path / "first", serving, app, "--forward-to", receiver.url, "--type", "user.created", "--type", "user.deleted"
        )
        until(lambda: "Verify with" in first.words(), "the command to listen", START_SECONDS)
        until(lambda: heard_of_a_user(app, receiver), "an event: the command begins with what is new")
        user = app.new_user()
        app.post(f"/users/{user}", json={"firstName": "Ann"})
        app.delete(f"/users/{user}")
        until(lambda: re.search("user.deleted .* 204 No Content", first.words()), "the last event to be sent and answered")
        assert first.interrupt() == 0
        assert "user.updated" not in receiver.types()
        secret = next(line.split()[-1] for line in first.words().splitlines() if line.startswith("Verify"))
        for request in receiver.received:
            assert Webhook(secret).verify(request.body, request.headers) == request.json()
        assert "user.deleted            /users/" in first.words()
        place = first.words().split("--since ")[1].strip()
        seen = len(receiver.received)
        later = [app.new_user() for _ in range(3)]
        again = Listening(tmp_path / "again", serving, app, "--forward-to", receiver.url, "--since", place, "--count", "3")
        assert again.process.wait(START_SECONDS) == 0, again.words()
        delivered = [request.json()["links"]["eventEntity"].rpartition("/")[2] for request in receiver.received[seen:]]
        assert delivered == later


def test_a_failure_prints_one_line(tmp_path: Path) -> None:
    expected = {
        ("--type", "user.promoted"): "there is no event type user.promoted: choose from account.updated",
        ("--since", "00000000-0000-4000-8000-000000000000"): "is not among those of the last seven days",
        ("--forward-to", "here"): "here is not an address",
        ("--forward-to", "http://127.0.0.1:9", "--secret", "!"): "the secret is not one of a webhook",
        ("--key", "wrong"): "does not know the key",
    }
    with Serving(tmp_path / "data") as serving:
        app = serving.application()
        running = {options: Listening(tmp_path / str(number), serving, app, *options) for number, options in enumerate(expected)}
        at_work = list(running.values())
        until(lambda: app.new_user() and all(each.process.poll() is not None for each in at_work), "the commands to end", START_SECONDS)
    for options, listening in running.items():
        assert listening.process.returncode == 1
        assert expected[options] in listening.words()
        assert "Traceback" not in listening.words()
