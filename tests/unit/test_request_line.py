"""Raw blanks in the query of a request, in whatever pieces the request arrives."""

from __future__ import annotations

import pytest

from bowerbird.api.http.request_line import RequestLine

FIELDS = b" HTTP/1.1\r\nHost: x\r\nX-Asks: what? now HTTP/1.1\r\n\r\n"
LINES = {
    b"GET /t?filter=a.bt('2026-01-01', '2026-06-01')" + FIELDS: b"GET /t?filter=a.bt('2026-01-01',%20'2026-06-01')" + FIELDS,
    b"\r\nGET /t?a= b  c H d" + FIELDS: b"\r\nGET /t?a=%20b%20%20c%20H%20d" + FIELDS,
    b"GET /t?a=b" + FIELDS: b"GET /t?a=b" + FIELDS,
    b"GET /t" + FIELDS: b"GET /t" + FIELDS,
    b"GET /t t?x" + FIELDS: b"GET /t t?x" + FIELDS,
    b"GET /t? HTTP" + FIELDS: b"GET /t?%20HTTP" + FIELDS,
    b"GET /t?a b\r\nHost: x\r\n\r\n": b"GET /t?a b\r\nHost: x\r\n\r\n",
}


@pytest.mark.parametrize("sent", LINES)
def test_blanks_in_a_query(sent: bytes) -> None:
    assert RequestLine().encode(sent) == LINES[sent]


@pytest.mark.parametrize("sent", [line for line in LINES if b"\r\nHost: x\r\n\r\n" not in line[:20]])
def test_a_line_in_pieces_is_the_same_line(sent: bytes) -> None:
    wanted = LINES[sent].replace(b"%20", b" ")
    for cut in range(1, len(sent)):
        line = RequestLine()
        assert (line.encode(sent[:cut]) + line.encode(sent[cut:])).replace(b"%20", b" ") == wanted
    line = RequestLine()
    one_by_one = b"".join(line.encode(sent[place : place + 1]) for place in range(len(sent)))
    assert one_by_one == LINES[sent] or b" HTTP/1.1" not in sent.partition(b"\r\n")[0]
