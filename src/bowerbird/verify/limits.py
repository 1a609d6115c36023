"""Limits: what is too large, too often or too slow is refused in the protocol's words, and the server goes on."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import ExitStack
from typing import TypeVar
from urllib.parse import urlsplit

from bowerbird import codes
from bowerbird.client import ApiError, Bowerbird
from bowerbird.verify.asking import ask_for_token
from bowerbird.verify.life import PAPER
from bowerbird.verify.report import BrokenPromise, expect
from bowerbird.verify.setup import SetUp

T = TypeVar("T")

_FEW_TOKENS, _SILENT, _STRANGERS = 5, 40, 50


def check_limits(copy: SetUp) -> str:
    """A statement that is too large, more tokens than are allowed, and clients that begin a request and fall silent."""
    copy.forget_tokens()
    with copy.server(BOWERBIRD_TOKEN_REQUESTS_PER_5_MINUTES=str(_FEW_TOKENS)) as server, copy.client(server) as bank:
        user = bank.create_user(email="verify@example.com").id
        large = _refusal(
            lambda: bank.create_statement(user, institution_id=PAPER, statement=b"x" * (copy.settings.statement_max_bytes + 1))
        )
        expect(400 <= large.status < 500, f"a statement beyond BOWERBIRD_STATEMENT_MAX_BYTES was answered with {large.status}")
        _stay_silent(server.url, bank)
        for _ in range(_FEW_TOKENS - 1):
            bank.create_token()
        often = _refusal(bank.create_token)
        expect(often.code == codes.TOO_MANY_TOKEN_REQUESTS.code, f"a token beyond {_FEW_TOKENS} was answered with {often}")
    return f"too large: {large.status} {large.code}; too often: {often.status} {often.code}; {_SILENT} silent clients: served all the same"


def check_strangers(copy: SetUp) -> str:
    """Strangers with wrong keys, each in the name of another address, from the address of an honest application."""
    copy.forget_tokens()
    with copy.server(BOWERBIRD_TOKEN_REQUESTS_PER_5_MINUTES=str(_FEW_TOKENS)) as server:
        answers = [ask_for_token(server.url, f"d3Jvbmc{number}", claims=f"198.51.100.{number}") for number in range(_STRANGERS)]
        judged = sum(codes.TOO_MANY_TOKEN_REQUESTS.title.encode() not in answer.body for answer in answers)
        expect(judged <= _FEW_TOKENS, f"{judged} wrong keys of one address were looked at, {_FEW_TOKENS} are allowed")
        honest = ask_for_token(server.url, copy.ours.secret)
        expect(honest.status == 200, f"after strangers of its address a right key is answered with {honest.status}")
    return f"{_STRANGERS} strangers in the name of as many addresses: {judged} looked at, and the right key of their address let in"


def _stay_silent(url: str, bank: Bowerbird) -> None:
    """Raises BrokenPromise when silent clients keep the server from others."""
    address = urlsplit(url)
    with ExitStack() as connections:
        for _ in range(_SILENT):
            client = connections.enter_context(socket.create_connection((address.hostname or "", address.port or 0), timeout=10))
            client.sendall(b"POST /users HTTP/1.1\r\nHost: ")
        expect(bank.is_ready() and bool(bank.list_institutions().data), f"{_SILENT} silent clients kept others from being served")


def _refusal(call: Callable[[], T]) -> ApiError:
    """Raises BrokenPromise when the call is not refused."""
    try:
        call()
    except ApiError as error:
        return error
    raise BrokenPromise("what is beyond a limit was accepted")
