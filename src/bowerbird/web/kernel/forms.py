"""The fields and files of a form."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qs

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from bowerbird.web.kernel.response import PageRefused

_FIELDS = 200
_MULTIPART = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class File:
    """An uploaded file, with the name that the browser sent: a text to show, never a path."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """Fields by name, every value in the order it was sent; files by name."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, list[File]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A field, stripped; empty where it was not sent."""
        return self.raw(name).strip()

    def raw(self, name: str) -> str:
        """A field as typed: for passwords, where spaces count."""
        values = self.fields.get(name)
        return values[-1] if values else ""

    def all(self, name: str) -> list[str]:
        return self.fields.get(name, [])


def read_form(body: bytes, content_type: str) -> Form:
    """Raises PageRefused for a malformed body."""
    try:
        if content_type.startswith(_MULTIPART):
            return _read_multipart(body, content_type)
        return Form(parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_FIELDS, errors="replace"))
    except (MultipartError, ValueError) as error:
        raise PageRefused(
            400, "This form cannot be read", "It arrived incomplete. Nothing was changed. Please reload the page and try again."
        ) from error


def _read_multipart(body: bytes, content_type: str) -> Form:
    form = Form()
    part: MultipartSegment | None = None
    pieces: list[bytes] = []
    boundary = parse_options_header(content_type)[1].get("boundary", "")
    with PushMultipartParser(boundary, max_segment_count=_FIELDS, max_header_size=4096) as parser:
        for event in parser.parse(body):
            if isinstance(event, MultipartSegment):
                part, pieces = event, []
            elif event:
                pieces.append(bytes(event))
            elif part is not None:
                _keep(form, part, b"".join(pieces))
        parser.close()
    return form


def _keep(form: Form, part: MultipartSegment, content: bytes) -> None:
    if part.filename is None:
        form.fields.setdefault(part.name, []).append(content.decode("utf-8", "replace"))
    elif part.filename or content:
        form.files.setdefault(part.name, []).append(File(part.filename, content))
