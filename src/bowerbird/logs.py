"""Structured logs on standard error, with the correlation id of the request and never a secret.

One JSON object a line, or text for people where the log is a terminal.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections.abc import MutableMapping
from typing import Any

import msgspec
import structlog

LEVELS = ("debug", "info", "warning", "error")
STYLES = ("json", "text")

_SECRET_KEYS = frozenset({"password", "login", "login_id", "secret", "token", "authorization", "api_key", "answers", "session"})
_SECRET_TEXT = re.compile(
    r"(?i:\b(?:basic|bearer))\s+[\w.~+/=-]+"  # an Authorization header
    r"|\beyJ[\w-]+\.[\w-]+\.[\w-]*"  # a token
    r"|\[parameters: .*"  # values of a statement the database refused
)
_FREE_TEXT = ("exception", "message", "error")
_REDACTED = "[redacted]"

_lock = threading.Lock()
_encode = msgspec.json.Encoder(enc_hook=str).encode


class LogSettingError(ValueError):
    """A setting of the log that is not one of the words it may be."""


def configure_logs(level: str, style: str) -> None:
    """Send everything, uvicorn's own lines included, to standard error in one form; `style` "" chooses it by where that goes.

    Raises LogSettingError.
    """
    if level.lower() not in LEVELS:
        raise LogSettingError(f"BOWERBIRD_LOG_LEVEL={level!r}: choose from {', '.join(LEVELS)}")
    if style and style not in STYLES:
        raise LogSettingError(f"BOWERBIRD_LOG_FORMAT={style!r}: choose from {', '.join(STYLES)}")
    is_terminal = sys.stderr.isatty()
    is_text = (style or ("text" if is_terminal else "json")) == "text"
    last = _for_people(is_terminal) if is_text else _for_programs()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,  # the trace as text: no renderer gets to show local variables
            _redact,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=lambda *_: _standard_error,
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_Forward()], force=True)


def log_to_standard_error(level: str, style: str) -> None:
    """Keep the log off standard output, which belongs to what a command prints. A log that is configured already stays as it is."""
    if not structlog.is_configured():
        configure_logs(level, style)


class _StandardError:
    """Writes a line of the log, whole, to what is the standard error at that moment."""

    def msg(self, line: str | bytes) -> None:
        with _lock:
            sys.stderr.buffer.write((line.encode("utf-8", "replace") if isinstance(line, str) else line) + b"\n")
            sys.stderr.buffer.flush()

    log = debug = info = warn = warning = error = err = critical = fatal = failure = exception = msg


_standard_error = _StandardError()


def _for_programs() -> Any:
    return structlog.processors.JSONRenderer(serializer=lambda event, **_: _encode(event))


def _for_people(colors: bool) -> Any:
    return structlog.dev.ConsoleRenderer(colors=colors)


def _redact(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A last line of defence: nothing of ours logs these, and if something does, its value does not appear."""
    for key in event.keys() & _SECRET_KEYS:
        event[key] = _REDACTED
    for key in _FREE_TEXT:
        if isinstance(text := event.get(key), str):
            event[key] = _SECRET_TEXT.sub(_REDACTED, text)
    return event


class _Forward(logging.Handler):
    """Lines of libraries, as events of ours."""

    def emit(self, record: logging.LogRecord) -> None:
        event = structlog.get_logger(record.name)
        event.log(record.levelno, "library", logger=record.name, message=record.getMessage(), exc_info=record.exc_info or None)
