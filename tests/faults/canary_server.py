"""Tells canary secrets to every operation of the URL map: where they belong, where they do not, and in requests that go wrong."""

from __future__ import annotations

import json
import socket
import types
from collections.abc import Iterator
from typing import Any, Union, get_args, get_origin, get_type_hints
from urllib.parse import quote, urlsplit

import msgspec

from bowerbird.api.operation import BodyKind, Operation
from bowerbird.api.routes import OPERATIONS
from tests.api.fixtures import CSV, HEADER, STATEMENT_BANK, body_of, path_of
from tests.canaries import Canaries
from tests.serving import Application

_VALID = {"institution/id": "AU00000", "email": "gavin@hooli.com"}


class CanaryServer:
    """One application that tells. `ids` are of things that are there, keyed as paths name them."""

    def __init__(self, app: Application, canaries: Canaries, ids: dict[str, str]) -> None:
        self.app, self.canaries, self.ids = app, canaries, ids
        self.statuses: list[int] = []

    def send(self, method: str, path: str, **options: Any) -> None:
        headers = {"Authorization": f"Bearer {self.app.token()}", **options.pop("headers", {})}
        answer = self.app.http.request(method, path, headers=headers, **options)
        self.statuses.append(answer.status_code)
        if answer.status_code == 201 and b'"secret"' in answer.content:
            self.canaries.known("secret of a webhook", answer.json()["secret"])
        assert answer.status_code < 500, (method, path, answer.text)

    def tell(self, operation: Operation) -> None:
        """Every way a secret may come with this operation. What is deleted comes last, by the caller's order."""
        path = path_of(operation, self.ids)
        for query, headers in (*self._queries(operation), *self._headers(operation)):
            self.send(operation.method, path + query, headers=headers, **self._body(operation))
        self.send(operation.method, self._path_of_canaries(operation))
        for options in self._bad_bodies(operation):
            self.send(operation.method, path, **options)
        self.send(operation.method, path, **self._body(operation))

    def _queries(self, operation: Operation) -> Iterator[tuple[str, dict[str, str]]]:
        for name in ("filter", "limit", "next", "password", *(operation.query or {})):
            yield f"?{name}={self.canaries.new(f'query of {operation.name}')}", {}
        card = self.canaries.new_card(f"filter of {operation.name}")
        yield f"?filter={quote(f'institution.id.eq({card!r})')}", {}

    def _headers(self, operation: Operation) -> Iterator[tuple[str, dict[str, str]]]:
        new, what = self.canaries.new, f"header of {operation.name}"
        for scheme in ("Basic", "Bearer", "Digest"):
            yield "", {"Authorization": f"{scheme} {new(what)}"}
        yield "", {"Authorization": new(what)}
        for name in ("basiq-version", "Cookie", "X-Secret", "Accept", "Content-Type", "Idempotency-Key", "User-Agent", "Referer"):
            yield "", {name: new(what)}

    def _path_of_canaries(self, operation: Operation) -> str:
        names = [part[1:-1] for part in operation.path.split("/") if part.startswith("{")]
        secrets = {name: self.canaries.new(f"path of {operation.name}") for name in names}
        return operation.path.format(**secrets) if names else f"{operation.path}/{self.canaries.new('path')}"

    def _body(self, operation: Operation) -> dict[str, Any]:
        """A body in which every text is a secret, but for those that must be something else to get further."""
        new = self.canaries.new
        if operation.name == "create_token":
            return {"data": {"scope": "SERVER_ACCESS", "userId": new("form of create_token")}}
        if operation.name == "create_statement":
            return {"data": {"institutionId": STATEMENT_BANK}, "files": {"statement": (new("name of a file"), self.statement())}}
        if operation.path.startswith("/notifications"):  # an address, a name and types of events are no secrets
            return body_of(operation)
        return {"json": self._filled(operation.body, operation.name)} if operation.body_kind is BodyKind.JSON else {}

    def _filled(self, shape: Any, what: str, place: str = "") -> Any:
        if place in _VALID:
            return _VALID[place]
        if get_origin(shape) in (Union, types.UnionType):
            shape = next(each for each in get_args(shape) if each not in (type(None), msgspec.UnsetType))
        if isinstance(shape, type) and issubclass(shape, msgspec.Struct):
            hints, inside = get_type_hints(shape), f"{place}/" if place else ""
            pairs = zip(shape.__struct_fields__, shape.__struct_encode_fields__, strict=True)
            return {written: self._filled(hints[name], what, f"{inside}{written}") for name, written in pairs}
        if get_origin(shape) is list:
            return [self._filled(get_args(shape)[0], what, place)]
        if shape is bool:
            return True
        return self.canaries.new_code(f"{place} of {what}") if "code" in place.lower() else self.canaries.new(f"{place} of {what}")

    def statement(self) -> bytes:
        """A statement that is accepted, with whole card numbers wherever it has words."""
        number, text = self.canaries.new_card("number of a statement"), self.canaries.new_card("text of a statement")
        return f"{HEADER}\n{number},AUD,95.50,credit-card,Visa {text},2026-03-01,Paid {_grouped(text)} and {text},-4.50\n".encode()

    def _bad_bodies(self, operation: Operation) -> Iterator[dict[str, Any]]:
        new, what = self.canaries.new, f"bad body of {operation.name}"
        json_type = {"Content-Type": "application/json"}
        yield {"content": f'{{"password": "{new(what)}', "headers": json_type}
        yield {"content": json.dumps([new(what)]), "headers": json_type}
        yield {"content": json.dumps({new(what): 1, "password": {"a": new(what)}, "loginId": 5}), "headers": json_type}
        yield {"content": f"\xff{new(what)}".encode("latin-1"), "headers": json_type}
        yield {"content": new(what), "headers": {"Content-Type": new(what)}}
        yield {"data": {"scope": new(what), "password": new(what)}}
        yield {"files": {new(what): (new(what), new(what).encode(), new(what))}, "data": {"institutionId": new(what)}}
        if operation.name == "create_statement":
            for content in self._bad_statements():
                yield {"data": {"institutionId": STATEMENT_BANK}, "files": {"statement": ("s.csv", content)}}

    def _bad_statements(self) -> Iterator[bytes]:
        new, card = self.canaries.new, self.canaries.new_card
        yield new("no statement").encode()
        yield b"%PDF-1.7 " + new("no PDF").encode()
        yield CSV + f"only,{new('a short row')}\n".encode()
        yield CSV + f"12345678,AUD,95.50,transaction,Everyday,{card('a cell')},Coffee,-4.50\n".encode()
        yield CSV + f"{card('a number')},AUD,{_grouped(card('a balance'))},transaction,Everyday,2026-03-01,Coffee,-4.50\n".encode()
        yield b"OFXHEADER:100\r\n\r\n<OFX><ACCTID>" + card("OFX").encode()

    def tell_raw(self) -> None:
        """What no HTTP client would send."""
        address = urlsplit(self.app.url)
        for line in ("GET /{} HTTP/1.1", "{} / HTTP/1.1", "GET / {}", "GET / HTTP/1.1\r\n{}", "POST /users HTTP/1.1\r\nContent-Length: {}"):
            with socket.create_connection((address.hostname or "", address.port or 0), timeout=10) as peer:
                peer.sendall(line.format(self.canaries.new("raw request")).encode() + b"\r\nHost: a\r\nConnection: close\r\n\r\n")
                peer.shutdown(socket.SHUT_WR)
                while peer.recv(4096):
                    pass


def _grouped(card: str) -> str:
    return " ".join(card[at : at + 4] for at in range(0, 16, 4))


def kept() -> list[Operation]:
    return [operation for operation in OPERATIONS if operation.method != "DELETE" and "purge" not in operation.name]


def removing() -> list[Operation]:
    """Operations that delete, the user last: they run on a user of their own, so that the others leave something to search."""
    return sorted((each for each in OPERATIONS if each not in kept()), key=lambda operation: operation.name == "delete_user")
