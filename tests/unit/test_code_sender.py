"""Sending codes: to the log, to a mail gateway, to a webhook; each against a real receiver on loopback."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from bowerbird.logs import log
from bowerbird.outbound.addresses import AllowList
from bowerbird.outbound.client import Outbound
from bowerbird.outbound.code_sender import LogSender, MailSender, NotSent, SendAttempt, WebhookSender, code_sender_of

OUTBOUND = Outbound(AllowList.read("127.0.0.0/8"))
MOBILE, TEXT = "61410888666", "123456 is your code."


def test_the_log_says_the_code_and_not_the_number() -> None:
    with log.kept() as entries:
        LogSender().send(MOBILE, TEXT)
    assert entries[0]["text"] == TEXT
    assert MOBILE not in str(entries)


def _answer(server: socket.socket, heard: list[str]) -> None:
    """One SMTP conversation, just enough of it."""
    connection, _ = server.accept()
    with connection, connection.makefile("rwb") as stream:

        def say(line: str) -> None:
            stream.write(f"{line}\r\n".encode())
            stream.flush()

        say("220 here")
        body = False
        while line := stream.readline().decode().strip("\r\n") or " ":
            heard.append(line)
            if body:
                if line == ".":
                    body = False
                    say("250 taken")
                continue
            word = line.upper()
            if word == "DATA":
                body = True
                say("354 go on")
            elif word == "QUIT":
                say("221 bye")
                return
            else:
                say("250 fine")


@contextmanager
def mail_server() -> Iterator[tuple[int, list[str]]]:
    heard: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_answer, args=(server, heard), daemon=True)
        thread.start()
        yield server.getsockname()[1], heard
        thread.join(10)


def test_a_mail_gateway_gets_the_number_in_its_address() -> None:
    with mail_server() as (port, heard):
        sender = code_sender_of(f"smtp://127.0.0.1:{port}?from=codes@app.example&to={{mobile}}@sms.example", OUTBOUND)
        sender.send(MOBILE, TEXT)
    mail = "\n".join(heard)
    assert f"To: {MOBILE}@sms.example" in mail
    assert "From: codes@app.example" in mail
    assert re.search(r"^Message-ID: <[^>]+@app\.example>$", mail, re.MULTILINE), "without one, mail servers take it for unwanted mail"
    assert re.search(r"^Date: \w{3}, \d", mail, re.MULTILINE)
    assert TEXT in mail


def test_an_attempt_is_handed_over_before_any_of_it_leaves_and_keeps_its_id() -> None:
    with mail_server() as (port, heard):
        sender = MailSender("127.0.0.1", port, False, "", "", "a@b.example", "{mobile}@sms.example")
        before: list[str] = []
        sender.send("jo@b.example", TEXT, "Alert", SendAttempt("notice-7", lambda: before.extend(heard)))
    assert not {"mail", "rcpt", "data"} & {line.partition(" ")[0].lower() for line in before}, "the server has nothing of it yet"
    assert "Message-ID: <notice-7@b.example>" in heard


@pytest.mark.parametrize("subject", ["Receipt\nBcc: other@b.example", "Receipt\u2028Bcc: other@b.example", "\ud800"], ids=ascii)
def test_a_subject_that_no_mail_can_have_is_not_sent(subject: str) -> None:
    with mail_server() as (port, heard):
        with pytest.raises(NotSent):
            MailSender("127.0.0.1", port, False, "", "", "a@b.example", "{mobile}@sms.example").send("jo@b.example", TEXT, subject)
        MailSender("127.0.0.1", port, False, "", "", "a@b.example", "{mobile}@sms.example").send("jo@b.example", TEXT, "Quittung für Jörg")
    assert [line for line in heard if line.lower().startswith("rcpt")] == ["rcpt TO:<jo@b.example>"]


def test_an_absent_gateway_is_reported_without_the_number() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(NotSent) as error:
        MailSender("127.0.0.1", port, False, "", "", "a@b.example", "{mobile}@sms.example").send(MOBILE, TEXT)
    assert MOBILE not in str(error.value)


@contextmanager
def webhook(status: int) -> Iterator[tuple[str, list[dict[str, str]]]]:
    got: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/sms/SECRET", got
        server.shutdown()


def test_a_webhook_gets_number_and_text() -> None:
    with webhook(200) as (url, got):
        code_sender_of(url, OUTBOUND).send(MOBILE, TEXT)
        code_sender_of(url, OUTBOUND).send(MOBILE, TEXT)
    assert got == [{"to": f"+{MOBILE}", "text": TEXT}] * 2


def test_a_webhook_that_says_no_is_not_sent() -> None:
    with webhook(500) as (url, _), pytest.raises(NotSent, match="answered 500") as error:
        WebhookSender(url, OUTBOUND).send(MOBILE, TEXT)
    assert "SECRET" not in str(error.value)


@pytest.mark.parametrize(
    "text", ["carrier-pigeon", "smtp://", "smtp://host", "smtp://host?from=a&to=b", "ftp://x", "https://10.0.0.1/", "http://u:p@a.example/"]
)
def test_what_names_no_sender_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        code_sender_of(text, Outbound(AllowList()))


def test_a_gateway_is_read_from_its_address() -> None:
    sender = code_sender_of("smtps://us%40er:p%3Ass@mail.example?from=a@b.example&to={mobile}@sms.example", OUTBOUND)
    assert sender == MailSender("mail.example", 465, True, "us@er", "p:ss", "a@b.example", "{mobile}@sms.example")
