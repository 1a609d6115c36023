"""How a good answer to a bearer's GET is sent: compressed as its client accepts, and not at all where the client has it already.

Only what holds no secret: what a stranger writes into a page is compressed with it, and its length would give the secret away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

import zstandard
from isal import isal_zlib
from msgspec.structs import replace
from xxhash import xxh3_128_hexdigest

from bowerbird.api.http.response import ApiResponse

GZIP, ZSTD = "gzip", "zstd"
_MIN_BYTES = 1_400
"""What fits in one packet is not compressed."""
_GZIP_LEVEL, _GZIP_WINDOW = 1, 31
_ZSTD_LEVEL: Final = 1
_NOT_MODIFIED = 304


@lru_cache(maxsize=512)
def coding_of(accept_encoding: str) -> str:
    """The coding of an Accept-Encoding header that makes the smallest answer; empty for none."""
    weights: dict[str, str] = {}
    for part in accept_encoding.lower().split(","):
        name, _, parameter = part.partition(";")
        weights[name.strip()] = parameter.replace(" ", "").removeprefix("q=")
    other = weights.get("*", "0")
    return next((coding for coding in (ZSTD, GZIP) if _is_admitted(weights.get(coding, other))), "")


def _is_admitted(weight: str) -> bool:
    return not weight or weight.strip("0.") != ""


def represented(reply: ApiResponse, coding: str) -> ApiResponse:
    """A good answer with its validator, its body in a coding; one that is so already stays."""
    if reply.etag:
        return reply
    body, etag = reply.body, f'W/"{xxh3_128_hexdigest(reply.body)}"'
    if not coding or len(body) < _MIN_BYTES:
        return replace(reply, etag=etag)
    if coding == GZIP:
        return replace(reply, body=isal_zlib.compress(body, _GZIP_LEVEL, _GZIP_WINDOW), etag=etag, coding=GZIP)
    return replace(reply, body=zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(body), etag=etag, coding=ZSTD)


def conditional(reply: ApiResponse, headers: Mapping[str, str], media_types: Sequence[str]) -> ApiResponse:
    """What to send for a good answer: itself in a coding that the client accepts, or 304 where the client has it.

    `media_types` are those that the operation answers in: where there are several, Accept chooses.
    """
    reply = represented(reply, coding_of(headers.get("accept-encoding", "")))
    known = headers.get("if-none-match")
    own = {
        **reply.headers,
        "ETag": reply.etag,
        "Cache-Control": "private, no-cache",
        "Vary": "Accept-Encoding" if len(media_types) == 1 else "Accept, Accept-Encoding",
    }
    if known is not None and _names(known, reply.etag):
        return replace(reply, status=_NOT_MODIFIED, body=b"", coding="", headers=own)
    if reply.coding:
        own["Content-Encoding"] = reply.coding
    return replace(reply, headers=own)


def _names(header: str, etag: str) -> bool:
    """Whether an If-None-Match header names a validator (RFC 9110, 13.1.2: compared weakly)."""
    opaque = etag.removeprefix("W/")
    return header.strip() == "*" or any(part.strip().removeprefix("W/") == opaque for part in header.split(","))


def plain_body(reply: ApiResponse) -> bytes:
    """The body as it is without a coding."""
    if reply.coding == GZIP:
        return isal_zlib.decompress(reply.body, _GZIP_WINDOW)
    return zstandard.ZstdDecompressor().decompress(reply.body) if reply.coding == ZSTD else reply.body
