"""Request bodies: read no further than allowed, then made into the operation's own type or refused; statements while they stream."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import lru_cache
from typing import Any, get_args
from urllib.parse import parse_qsl

import msgspec
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from bowerbird import codes
from bowerbird.api.http.request_queue import Slot
from bowerbird.domain.access.idempotency import KeyedRequest
from bowerbird.model.http import Disconnected, Receive, body_chunks
from bowerbird.model.problem import Problem

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
JSON_LIMIT = 1_048_576
_DEEPEST = 32


async def chunks_of(receive: Receive, slot: Slot) -> AsyncIterator[bytes]:
    """The body as it arrives. A client that disconnects before its end is no internal error."""
    try:
        async for chunk in body_chunks(receive):
            slot.hold(len(chunk))
            yield chunk
    except Disconnected as error:
        raise Problem(codes.INVALID_HTTP) from error


async def read_all(chunks: AsyncIterator[bytes], limit: int) -> bytes:
    """The whole body. Raises Problem as soon as it is longer than `limit` bytes, without waiting for the rest."""
    body = bytearray()  # one buffer: a list of pieces takes many times their size where they are small
    async for chunk in chunks:
        if len(body) + len(chunk) > limit:
            raise Problem(codes.BODY_TOO_LONG, limit=limit)
        body += chunk
    return bytes(body)


def from_json(data: bytes, shape: Any, noun: str) -> Any:
    """A body as `shape`, keys matched without regard to case, unknown keys ignored. Raises Problem for anything else.

    `noun` is what the body is called then; without one it is "request", in the words of the published description of webhooks.
    """
    try:
        value = msgspec.json.decode(data)
        return msgspec.convert(_in_wire_case(value, shape, _DEEPEST), shape)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError, UnicodeDecodeError) as error:
        refusal = Problem(codes.POSTED_NOT_VALID, noun=noun) if noun else Problem(codes.REQUEST_BODY_NOT_VALID)
        raise refusal from error


@lru_cache(maxsize=64)
def _fields(shape: Any) -> dict[str, tuple[str, Any]]:
    return {field.encode_name.lower(): (field.encode_name, _struct_of(field.type)) for field in msgspec.structs.fields(shape)}


def _struct_of(kind: Any) -> Any:
    """The struct inside an optional or annotated type, None where there is none."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind
    return next((struct for part in get_args(kind) if (struct := _struct_of(part)) is not None), None)


def _in_wire_case(value: Any, shape: Any, depth: int) -> Any:
    if depth == 0:
        raise RecursionError("nested deeper than any body of this server")
    if shape is None or not isinstance(value, dict):
        return value
    known = _fields(shape)
    renamed: dict[str, Any] = {}
    for key, inner in value.items():
        if (field := known.get(key.lower())) is not None:
            if field[0] in renamed:
                raise msgspec.ValidationError(f"{field[0]} is given twice")
            renamed[field[0]] = _in_wire_case(inner, field[1], depth - 1)
    return renamed


def from_token_request(data: bytes, media_type: str) -> dict[str, str]:
    """Texts of a token request: a urlencoded form, the last one where a field is given twice, or a JSON object.

    Empty where it cannot be read as what it claims to be: old clients send all sorts of bodies there. A JSON object is read, so that
    a request for a CLIENT_ACCESS token in JSON does not get a SERVER_ACCESS token.
    """
    try:
        if media_type == FORM:
            return dict(parse_qsl(data.decode("utf-8"), keep_blank_values=True))
        value = msgspec.json.decode(data) if media_type == JSON and data else {}
    except (UnicodeDecodeError, msgspec.DecodeError, RecursionError):
        return {}
    fields = value.items() if isinstance(value, dict) else ()
    return {name: text for name, text in fields if isinstance(text, str)}


_FIELD_LIMIT = 1024
_OVERHEAD = 65_536


async def read_statement_form(
    chunks: AsyncIterator[bytes], content_type: str, file_limit: int, keyed: KeyedRequest | None = None
) -> tuple[str | None, bytes | None]:
    """(institutionId, statement), None for a part that is missing. Raises Problem: too long, or not a complete form.

    The parts are added to a keyed request as they arrive, without the boundary between them: clients choose a new one each time.
    """
    boundary = parse_options_header(content_type)[1].get("boundary", "")
    if not boundary:
        raise Problem(codes.MULTIPART_NOT_VALID)
    fields: dict[str, bytearray] = {}
    name, limit = "", 0
    try:
        with PushMultipartParser(boundary, max_segment_count=16, max_header_size=4096) as parser:
            async for chunk in chunks:
                for event in parser.parse(chunk):
                    if isinstance(event, MultipartSegment):
                        name = event.name
                        limit = file_limit if name == "statement" else _FIELD_LIMIT
                        fields[name] = bytearray()
                        if keyed is not None:
                            keyed.begin_part(name)
                    elif event:
                        if len(fields[name]) + len(event) > limit:
                            raise _too_long(name, file_limit)
                        fields[name] += event
                        if keyed is not None:
                            keyed.add(event)
            parser.close()
    except MultipartError as error:
        raise Problem(codes.MULTIPART_NOT_VALID) from error
    institution = fields.get("institutionId")
    statement = fields.get("statement")
    text = institution.decode("utf-8", "replace").strip() if institution is not None else None
    return text or None, bytes(statement) if statement is not None else None


def _too_long(name: str, file_limit: int) -> Problem:
    if name == "statement":
        return Problem(codes.STATEMENT_TOO_LONG, parameter="statement", limit=file_limit)
    return Problem(codes.MULTIPART_NOT_VALID)


def longest_form(file_limit: int) -> int:
    """Bytes of a form around a file of the largest size: anything longer is refused by its Content-Length alone."""
    return file_limit + _OVERHEAD
