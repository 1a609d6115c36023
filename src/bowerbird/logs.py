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
from functools import lru_cache

import msgspec

from bowerbird.model.clock import SystemClock

LEVELS = ("debug", "info", "warning", "error")
STYLES = ("json", "text")

Fact = str | int | float | None | Sequence[str] | Sequence[int] | dict[str, "Fact"]
"""What a line may say of an event."""

_SECRET_KEYS = frozenset(
    "password login login_id loginid secret token authorization api_key x_api_key answers session cookie set_cookie".split()
)
_SECRET_TEXT = re.compile(
    r"(?i:\b(?:basic|bearer))\s+[\w.~+/=-]+"  # an Authorization header
    r"|\beyJ[\w-]+\.[\w-]+\.[\w-]*"  # a token
    r"|\[parameters: .*"  # values of a statement the database refused
    r"|(?<=://)[^\s/?#]+(?=@)"  # who calls, in a URL
    r"|(?<=/claim/)[^\s/?#\"']+"  # a setup token of a feed
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
        """Write a line. Nothing about it ends the request or the task that it is about: what has no text is shown by its type."""
        fixed: Line = {"timestamp": _now().isoformat()[:-6] + "Z", "level": level, "event": event}
        if error is not None:
            facts["exception"] = "".join(traceback.format_exception(error)).rstrip("\n")  # no local variables
        try:
            rendered = self._rendered(fixed, facts)
        except Exception:  # noqa: BLE001  (of a value's own making)
            rendered = self._rendered(fixed, {str(_plain(key)): _plain(value) for key, value in facts.items()})
        self._write(rendered)

    def _rendered(self, fixed: Line, facts: Line) -> bytes:
        _redact(facts)
        line = {**fixed, **facts}
        if len(line) < len(fixed) + len(facts):
            line.update(fixed)  # a fact of the same name does not hide them
        return self._render(line)

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
    is_terminal = sys.stderr is not None and sys.stderr.isatty()
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
    """A whole line to what is the standard error at that moment; nothing where there is none or its reader has gone."""
    with _lock:
        try:
            sys.stderr.buffer.write(line + b"\n")
            sys.stderr.buffer.flush()
        except (OSError, ValueError, AttributeError):  # the reader has gone; it is closed; there is none
            pass


def _as_text(line: Line) -> bytes:
    timestamp, level, event, *facts = line.items()
    shown = [f"{_printable(key)}={_shown(value)}" for key, value in facts if key != "exception"]
    trace = "".join(f"\n  {_printable(part)}" for part in str(line["exception"]).split("\n")) if "exception" in line else ""
    return f"{timestamp[1]} [{level[1]}] {' '.join([_printable(str(event[1])), *shown])}{trace}".encode("utf-8", "replace")


def _shown(value: Fact) -> str:
    """A value as one word or in quotation marks, so that no text of others begins a line of its own."""
    return value if isinstance(value, str) and value.isprintable() and value and " " not in value else _printable(repr(value))


def _printable(text: str) -> str:
    """A text on one line, without what a terminal would obey."""
    return text if text.isprintable() else "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def _as_colored_text(line: Line) -> bytes:
    color = _COLORS.get(str(line["level"]), "")
    return b"%s%s%s" % (color.encode(), _as_text(line), _PLAIN.encode()) if color else _as_text(line)


def _plain(value: Fact) -> Fact:
    """A value that any form can show."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    return value if value is None or isinstance(value, float) else f"<{type(value).__name__}>"


def _folded(key: str) -> str:
    return key.casefold().replace("-", "_")


@lru_cache(maxsize=256)
def _suspect(keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(key for key in keys if _folded(key) in _SUSPECT_KEYS)


def _redact(facts: Line) -> None:
    """A last line of defence: nothing of ours logs these, and if something does, its value does not appear."""
    for key in _suspect(tuple(facts)):
        if _folded(key) in _SECRET_KEYS:
            facts[key] = _REDACTED
        elif facts[key] is not None:
            facts[key] = _SECRET_TEXT.sub(_REDACTED, str(facts[key]))
    for key, value in facts.items():
        if isinstance(value, str):
            if "/" in value and ("://" in value or "/claim/" in value):
                facts[key] = _SECRET_TEXT.sub(_REDACTED, value)
        elif isinstance(value, dict):
            facts[key] = inner = dict(value)
            _redact(inner)


class _Forward(logging.Handler):
    """Lines of libraries, as events of ours."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            tell = log.error if record.levelno >= logging.ERROR else log.warning
            error = record.exc_info[1] if record.exc_info else None
            tell("library", exc_info=error, logger=record.name, message=_message_of(record))
        except Exception:  # noqa: BLE001  (a library's line must not end what the library does)
            self.handleError(record)


def _message_of(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001  (its arguments do not fit it)
        return str(record.msg)


log = Logger()
