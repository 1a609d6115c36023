"""The statement form: two parts, cut off while streaming when the file is too large."""

from __future__ import annotations

from collections.abc import AsyncIterator

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from bowerbird import codes
from bowerbird.domain.access.idempotency import KeyedRequest
from bowerbird.model.problem import Problem

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
