"""Structured logs: one JSON object a line, with the correlation id of the request and never a secret."""

from __future__ import annotations

import logging
import sys
from typing import Any

import msgspec
import structlog

_SECRET_KEYS = frozenset({"password", "login", "login_id", "secret", "token", "authorization", "api_key", "answers", "session"})


def _redact(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    """A last line of defence: nothing of ours logs these, and if something does, its value does not appear."""
    for key in event.keys() & _SECRET_KEYS:
        event[key] = "[redacted]"
    return event


def configure_logs(level: str, style: str) -> None:
    """Send everything, uvicorn's own lines included, to standard error in one form."""
    number = logging.getLevelNamesMapping()[level.upper()]
    processors: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _redact,
        structlog.processors.format_exc_info,
    ]
    if style == "json":
        last: Any = structlog.processors.JSONRenderer(serializer=lambda event, **_: msgspec.json.encode(event, enc_hook=str))
        factory: Any = structlog.BytesLoggerFactory(sys.stderr.buffer)
    else:
        last = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        factory = structlog.PrintLoggerFactory(sys.stderr)
        processors = [processor for processor in processors if processor is not structlog.processors.format_exc_info]
    structlog.configure(
        processors=[*processors, last],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=factory,
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_Forward()], force=True)


class _Forward(logging.Handler):
    """Lines of libraries, as events of ours."""

    def emit(self, record: logging.LogRecord) -> None:
        event = structlog.get_logger(record.name)
        event.log(record.levelno, "library", logger=record.name, message=record.getMessage(), exc_info=record.exc_info or None)
