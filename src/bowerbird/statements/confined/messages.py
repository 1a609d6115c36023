"""What passes between the server and a reading process: MessagePack in frames, each behind its length.

The server believes nothing that comes back: a frame has a bound before it is read and a type before it is used.
"""

from __future__ import annotations

import struct
from typing import Any

import msgspec

from bowerbird.statements.pdf.annotations import NO_NOTES, ParseNotes

HEADER = struct.Struct(">I")
ENDED = struct.Struct(">i")
"""How a process ended that had one file to read: minus the signal, or its exit status."""


Arguments = dict[str, Any]
"""What a task is made or called with: values of MessagePack by name."""


class StartMessage(msgspec.Struct):
    """The first message to a process: where modules are, what it will be asked for, and how little it may use."""

    path: list[str]
    tasks: dict[str, tuple[str, Arguments]]
    memory_bytes: int
    cpu_seconds: int
    answer_bytes: int


class TaskMessage(msgspec.Struct):
    """One file to read."""

    task: str
    arguments: Arguments
    data: bytes


class ReadyMessage(msgspec.Struct, tag=True):
    """A process waits for its one file, with every measure named here in force."""

    measures: list[str]


class ResultMessage(msgspec.Struct, tag=True):
    """The task's value, still encoded: the server decodes it with the type it expects."""

    value: msgspec.Raw


class RefusalMessage(msgspec.Struct, tag=True):
    """The task refused the file with an entry of the catalogue; `reason` and `finding` are for our own log and pages."""

    entry: str
    values: dict[str, str | int]
    reason: str = ""
    finding: ParseNotes = NO_NOTES


class BrokenMessage(msgspec.Struct, tag=True):
    """The task ended by an exception it should have translated."""

    memory: bool
    what: str


Reply = ReadyMessage | ResultMessage | RefusalMessage | BrokenMessage

encode = msgspec.msgpack.Encoder().encode
_replies: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)
decode_start = msgspec.msgpack.Decoder(StartMessage).decode
decode_measures = msgspec.msgpack.Decoder(list[str]).decode
decode_ask = msgspec.msgpack.Decoder(TaskMessage).decode


def frame(message: msgspec.Struct) -> bytes:
    body = encode(message)
    return HEADER.pack(len(body)) + body


def decode_reply(body: bytes) -> Reply:
    """An answer of a known form. Raises msgspec.MsgspecError."""
    return _replies.decode(body)
