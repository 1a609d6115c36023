"""Sending people codes and receipts: into the log, by mail or a mail gateway, or to a webhook with a texting service behind it."""

from __future__ import annotations

import asyncio
import json
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import localtime, make_msgid
from typing import Final, NamedTuple, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from bowerbird.logs import log
from bowerbird.outbound.addresses import NotAllowed, is_loopback, judge_url
from bowerbird.outbound.client import NoResponse, Outbound

_SECONDS = 10


class NotSent(Exception):
    """A message did not leave, or was not accepted. The text says why, without address, number and code."""


class SendAttempt(NamedTuple):
    """One of several attempts at a message that must not arrive twice."""

    id: str = ""
    hand_over: Callable[[], None] = lambda: None


ONLY_ATTEMPT: Final = SendAttempt()


class CodeSender(Protocol):
    """Sends a short text to a mobile, given as digits with the country code, or to an e-mail address. Blocks. Raises NotSent.

    `for_sandbox`: others than the person read the text, so that it sends none to real people. `attempt.id` is the same for each attempt at
    one message: a mail's Message-ID is made of it. `attempt.hand_over` is called when all is ready and before the text leaves.
    """

    @property
    def for_sandbox(self) -> bool: ...

    def send(self, address: str, text: str, subject: str = "Your code", attempt: SendAttempt = ONLY_ATTEMPT, /) -> None: ...


class LogSender:
    """Writes the text into the log: for a sandbox, where the reader of the log is the one who asks."""

    for_sandbox = True

    def send(self, address: str, text: str, subject: str = "Your code", attempt: SendAttempt = ONLY_ATTEMPT, /) -> None:
        attempt.hand_over()
        log.warning("code_to_send", address=f"ends in {address[-3:]}", text=text)


@dataclass(frozen=True, slots=True)
class MailSender:
    """Sends mail to a person, or to a gateway that texts it on: `to` has {mobile} where the gateway wants the number."""

    host: str
    port: int
    tls: bool
    user: str
    password: str
    sender: str
    to: str
    for_sandbox: bool = False

    def send(self, address: str, text: str, subject: str = "Your code", attempt: SendAttempt = ONLY_ATTEMPT, /) -> None:
        context = ssl.create_default_context()
        try:
            message = self._message(address, text, subject, attempt.id)
            with self._connect(context) as server:
                if not self.tls and not is_loopback(self.host):
                    server.starttls(context=context)
                if self.user:
                    server.login(self.user, self.password)
                attempt.hand_over()
                server.send_message(message)
        except (OSError, smtplib.SMTPException, ValueError) as error:  # a line break in a subject is a ValueError
            raise NotSent(type(error).__name__) from None

    def _message(self, address: str, text: str, subject: str, message_id: str) -> EmailMessage:
        message = EmailMessage()
        to = address if "@" in address else self.to.replace("{mobile}", address)
        message["From"], message["To"], message["Subject"] = self.sender, to, subject
        domain = self.sender.rpartition("@")[2].strip("> ")
        message["Date"], message["Message-ID"] = localtime(), f"<{message_id}@{domain}>" if message_id else make_msgid(domain=domain)
        message.set_content(text)
        return message

    def _connect(self, context: ssl.SSLContext) -> smtplib.SMTP:
        if self.tls:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=_SECONDS, context=context)
        return smtplib.SMTP(self.host, self.port, timeout=_SECONDS)


@dataclass(frozen=True, slots=True)
class WebhookSender:
    """Posts {"to": "+61…" or "a@b.example", "text": "…"} to an address of the operator's, through the guard that every way out has."""

    url: str
    outbound: Outbound
    for_sandbox: bool = False

    def send(self, address: str, text: str, subject: str = "Your code", attempt: SendAttempt = ONLY_ATTEMPT, /) -> None:
        body = json.dumps({"to": address if "@" in address else f"+{address}", "text": text}).encode()
        attempt.hand_over()
        try:
            answered = asyncio.run(self._post(body))
        except (NoResponse, NotAllowed) as error:
            raise NotSent(str(error)) from None
        if answered // 100 != 2:
            raise NotSent(f"the webhook answered {answered}")

    async def _post(self, body: bytes) -> int:
        try:
            return (await self.outbound.post(self.url, body, {"Content-Type": "application/json"})).status
        finally:
            await self.outbound.close()


def code_sender_of(text: str, outbound: Outbound) -> CodeSender:
    """The sender a setting names: log, smtp://…, smtps://… or https://…. Raises ValueError."""
    if text in ("", "log"):
        return LogSender()
    parts = urlsplit(text)
    if parts.scheme in ("http", "https"):
        try:
            judge_url(text, outbound.allowed)
        except NotAllowed as error:
            raise ValueError(str(error)) from None
        return WebhookSender(text, outbound)
    if parts.scheme in ("smtp", "smtps") and parts.hostname:
        asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if "{mobile}" not in asked.get("to", "") or not asked.get("from"):
            raise ValueError("a mail gateway needs ?from=ADDRESS&to={mobile}@GATEWAY")
        tls = parts.scheme == "smtps"
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return MailSender(parts.hostname, parts.port or (465 if tls else 587), tls, user, password, asked["from"], asked["to"])
    raise ValueError("it must be log, smtp://HOST…, smtps://HOST… or https://…")
