"""Structured logs on standard error, with the correlation id of the request and never a secret.

One JSON object a line, or text for people where the log is a terminal. A library would load a second program for terminals into
every server, and each request waits for its line.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import msgspec

from bowerbird.model.clock import SystemClock

LEVELS = ("debug", "info", "warning", "error")
STYLES = ("json", "text")

Fact = str | int | float | None | Sequence[str] | Sequence[int]
"""What a line may say of an event."""

_SECRET_KEYS = frozenset({"password", "login", "login_id", "secret", "token", "authorization", "api_key", "answers", "session"})
_SECRET_TEXT = re.compile(
    r"(?i:\b(?:basic|bearer))\s+[\w.~+/=-]+"  # an Authorization header
    r"|\beyJ[\w-]+\.[\w-]+\.[\w-]*"  # a token
    r"|\[parameters: .*"  # values of a statement the database refused
)
_FREE_TEXT = frozenset({"exception", "message", "error"})
_SUSPECT_KEYS = _SECRET_KEYS | _FREE_TEXT
_REDACTED = "[redacted]"

_RED, _YELLOW, _PLAIN = "\x1b[31m", "\x1b[33m", "\x1b[0m"
_COLORS = {"warning": _YELLOW, "error": _RED}

_lock = threading.Lock()
_encode = msgspec.json.Encoder(enc_hook=str).encode
_now = SystemClock().now


class LogSettingError(ValueError):
    """A setting of the log that is not one of the words it may be."""


Line = dict[str, Fact]
"""An event with its level, its time and its facts."""


class Logger:
    """The log of this process: text with every event until it is configured."""

    def __init__(self) -> None:
        self.is_configured = False
        self.set(logging.DEBUG, _as_text, _write)

    def set(self, least: int, render: Callable[[Line], bytes], write: Callable[[bytes], None]) -> None:
        """Log what is at least of this level, each line as `render` makes it."""
        self._least, self._render, self._write = least, render, write

    def debug(self, event: str, /, **facts: Fact) -> None:
        if self._least <= logging.DEBUG:
            self._log("debug", event, facts)

    def info(self, event: str, /, **facts: Fact) -> None:
        if self._least <= logging.INFO:
            self._log("info", event, facts)

    def warning(self, event: str, /, exc_info: BaseException | None = None, **facts: Fact) -> None:
        if self._least <= logging.WARNING:
            self._log("warning", event, facts, exc_info)

    def error(self, event: str, /, exc_info: BaseException | None = None, **facts: Fact) -> None:
        self._log("error", event, facts, exc_info)

    def exception(self, event: str, /, **facts: Fact) -> None:
        """An error with the trace of the exception that is handled right now."""
        self._log("error", event, facts, sys.exc_info()[1])

    def _log(self, level: str, event: str, facts: Line, error: BaseException | None = None) -> None:
        line: Line = {"timestamp": _now().isoformat()[:-6] + "Z", "level": level, "event": event, **facts}
        if error is not None:
            line["exception"] = "".join(traceback.format_exception(error)).rstrip("\n")  # no local variables
        _redact(line)
        self._write(self._render(line))

    @contextmanager
    def kept(self) -> Iterator[list[Line]]:
        """What is logged in the meantime, for tests, instead of a log."""
        before, lines = (self._least, self._render, self._write), list[Line]()

        def keep(line: Line) -> bytes:
            lines.append(line)
            return b""

        self.set(logging.DEBUG, keep, lambda _: None)
        try:
            yield lines
        finally:
            self.set(*before)


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
    render = (_as_colored_text if is_terminal else _as_text) if is_text else _encode
    log.set(logging.getLevelNamesMapping()[level.upper()], render, _write)
    log.is_configured = True
    logging.basicConfig(level=logging.WARNING, handlers=[_Forward()], force=True)


def log_to_standard_error(level: str, style: str) -> None:
    """Keep the log off standard output, which belongs to what a command prints. A log that is configured already stays as it is."""
    if not log.is_configured:
        configure_logs(level, style)


def _write(line: bytes) -> None:
    """A whole line to what is the standard error at that moment."""
    with _lock:
        sys.stderr.buffer.write(line + b"\n")
        sys.stderr.buffer.flush()


def _as_text(line: Line) -> bytes:
    timestamp, level, event, *facts = line.items()
    shown = [f"{key}={_shown(value)}" for key, value in facts if key != "exception"]
    trace = f"\n{line['exception']}" if "exception" in line else ""
    return f"{timestamp[1]} [{level[1]}] {' '.join([str(event[1]), *shown])}{trace}".encode("utf-8", "replace")


def _shown(value: Fact) -> str:
    """A value as one word or in quotation marks, so that no text of others begins a line of its own."""
    return value if isinstance(value, str) and value.isprintable() and value and " " not in value else repr(value)


def _as_colored_text(line: Line) -> bytes:
    color = _COLORS.get(str(line["level"]), "")
    return b"%s%s%s" % (color.encode(), _as_text(line), _PLAIN.encode()) if color else _as_text(line)


def _redact(line: Line) -> None:
    """A last line of defence: nothing of ours logs these, and if something does, its value does not appear."""
    if _SUSPECT_KEYS.isdisjoint(line):
        return
    for key in line.keys() & _SECRET_KEYS:
        line[key] = _REDACTED
    for key in line.keys() & _FREE_TEXT:
        line[key] = _SECRET_TEXT.sub(_REDACTED, str(line[key]))


class _Forward(logging.Handler):
    """Lines of libraries, as events of ours."""

    def emit(self, record: logging.LogRecord) -> None:
        tell = log.error if record.levelno >= logging.ERROR else log.warning
        error = record.exc_info[1] if record.exc_info else None
        tell("library", exc_info=error, logger=record.name, message=record.getMessage())


log = Logger()
