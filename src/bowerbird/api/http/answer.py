"""How an answer leaves: its head and its body in one piece."""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

_END = b"\r\n"
_BODILESS = (204, 304)


class AnswerCycle(RequestResponseCycle):
    """uvicorn's cycle, but the head of an answer waits for its body: one message to the network instead of two.

    What is not a whole body with its length in a header goes uvicorn's own way.
    """

    _start: Any = None

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start" and not self.response_started:
            self._start, self.response_started, self.waiting_for_100_continue = message, True, False
            return
        start, self._start = self._start, None
        if start is None:
            await super().send(message)
            if self.disconnected and message.get("more_body", False):
                raise ConnectionResetError("the client has left: what follows need not be made")
            return
        head = self._head(start, message)
        if head is None:
            self.response_started = False
            await super().send(start)
            await super().send(message)
            return
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if not self.disconnected:
            self._finish(head, message["body"])

    def _head(self, start: Any, message: Any) -> bytes | None:
        """The head of an answer whose whole body this is, in the length that its headers say; None where it is not so."""
        headers = (*self.default_headers, *start["headers"])
        length, parts = b"", [STATUS_LINE[start["status"]]]
        for name, value in headers:
            if name == b"content-length":
                length = value
            elif name == b"connection":
                return None
            parts += (name.lower(), b": ", value, _END)
        if not self.keep_alive:
            parts += (b"connection", b": ", b"close", _END)
        parts.append(_END)
        head = b"".join(parts)
        body, is_without = message["body"], start["status"] in _BODILESS
        is_whole = length == (b"" if is_without else b"%d" % len(body)) and not message.get("more_body", False)
        lines = (len(parts) + 6) // 4  # a header that brings a line of its own is left to uvicorn, which refuses it
        is_clean = head.count(b"\n") == head.count(b"\r") == lines
        return head if is_whole and is_clean and self.scope["method"] != "HEAD" else None

    def _finish(self, head: bytes, body: bytes) -> None:
        self.transport.writelines((head, body))
        self.response_complete = True
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()
