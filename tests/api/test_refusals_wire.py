"""What is no proper HTTP, or far too much of it, on a raw connection: an answer of the catalogue, and a server that goes on."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable, Iterator
from contextlib import suppress

import pytest

from tests.api import expected_refusals
from tests.api.fixtures import CSV, STATEMENT_BANK, Fixtures, WatchedServing, stand_up
from tests.api.response_checks import Answer, Refusal, judge, refusal_of
from tests.api.wire import chunk, exchange
from tests.serving import until

pytestmark = pytest.mark.usefixtures("nothing_written")

HEADERS_TOO_LONG = Refusal(
    413, "request-not-valid", "Request Too Long", "Request line and headers are larger than the limit of 65536 bytes."
)
STATEMENT_LIMIT = 100_000
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
TEN_MEGABYTES = 10_000_000


@pytest.fixture(scope="module")
def fixtures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fixtures]:
    server = WatchedServing(tmp_path_factory.mktemp("wire"), statement_max_bytes=STATEMENT_LIMIT)
    with server:
        yield stand_up(server)


def answered(fixtures: Fixtures, pieces: Iterable[bytes]) -> Answer:
    answer, _ = exchange(fixtures.serving.port, pieces)
    assert answer is not None, "the server closed without an answer"
    return judge(answer)


def post(fixtures: Fixtures, path: str, *headers: str) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: x", f"Authorization: Bearer {fixtures.app.token()}", *headers, "", ""]
    return "\r\n".join(lines).encode()


NO_HTTP = {
    "bytes": b"\x00\x01\x02garbage\r\n\r\n",
    "word": b"hello\r\n",
    "tls": bytes.fromhex("1603010200010001fc0303") + b"\x00" * 200,
    "unknown-method": b"BREW /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "http-2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "http-9.9": b"GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n",
    "line-feeds-only": b"GET /healthz HTTP/1.1\nHost: x\n\n",
    "nul-in-a-header": HEALTH + b"X: a\x00b\r\n\r\n",
    "folded-header": HEALTH + b"X: a\r\n b\r\n\r\n",
    "blank-in-a-name": HEALTH + b"X : a\r\n\r\n",
    "raw-utf-8-path": "GET /users/€ HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
    "connect": b"CONNECT a:443 HTTP/1.1\r\nHost: x\r\n\r\n",
    "connect-with-a-path": b"CONNECT /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "connect-with-a-body": b"CONNECT /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 31\r\n\r\n" + HEALTH + b"\r\n",
    "connect-that-upgrades": b"CONNECT /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n" + HEALTH + b"\r\n",
    "length-is-a-word": b"POST /users HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n{}",
    "length-below-zero": b"POST /users HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n{}",
    "length-beyond-64-bits": b"POST /users HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n{}",
    "two-lengths": b"POST /users HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "length-list": b"POST /users HTTP/1.1\r\nHost: x\r\nContent-Length: 2, 2\r\n\r\n{}",
    "length-and-chunks": b"POST /users HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "unknown-coding": b"POST /users HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
}


@pytest.mark.parametrize("name", NO_HTTP)
def test_what_is_no_http(fixtures: Fixtures, name: str) -> None:
    answer = answered(fixtures, [NO_HTTP[name]])
    assert refusal_of(answer) == expected_refusals.INVALID_HTTP
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize("body", [b"zz\r\n{}\r\n0\r\n\r\n", b"-2\r\n{}\r\n0\r\n\r\n", b"2\r\n{}xx"])
def test_chunks_that_are_none(fixtures: Fixtures, body: bytes) -> None:
    assert refusal_of(answered(fixtures, [post(fixtures, "/users", "Transfer-Encoding: chunked") + body])) == expected_refusals.INVALID_HTTP


def test_more_body_than_its_length_says(fixtures: Fixtures) -> None:
    """What is left over is read as the next request, which it is not; the first was answered or both were refused."""
    answer = answered(fixtures, [post(fixtures, "/users", "Content-Length: 2") + b"{}{}{}"])
    assert answer.status == 400


FLOODS = {
    "one-header": [HEALTH + b"X: " + b"a" * TEN_MEGABYTES + b"\r\n\r\n"],
    "one-header-in-pieces": [HEALTH + b"X: ", *[b"a" * 10_000] * 1000, b"\r\n\r\n"],
    "many-headers": [HEALTH, *[f"X-{number}: {'b' * 90}\r\n".encode() * 100 for number in range(1000)], b"\r\n"],
    "just-too-long": [HEALTH + b"X: " + b"a" * 66_000 + b"\r\n\r\n"],
    "path": [b"GET /" + b"a" * TEN_MEGABYTES + b" HTTP/1.1\r\nHost: x\r\n\r\n"],
    "query": [b"GET /healthz?" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"],
}


@pytest.mark.parametrize("name", FLOODS)
def test_headers_without_end(fixtures: Fixtures, name: str) -> None:
    """The answer comes long before ten megabytes have been sent."""
    assert refusal_of(answered(fixtures, FLOODS[name])) == HEADERS_TOO_LONG


@pytest.mark.parametrize("bytes_more", [0, 1])
@pytest.mark.parametrize("cut", [0, 1, 2, 3, 4], ids="cut-{}".format)
def test_headers_at_their_limit(fixtures: Fixtures, cut: int, bytes_more: int) -> None:
    """The limit counts every byte, the blank line among them, wherever it is cut in two, and 32 more for each field."""
    length = 65_536 + bytes_more - len(HEALTH) - len(b"X: \r\n\r\n") - 2 * 32
    whole = HEALTH + b"X: " + b"a" * length + b"\r\n\r\n"
    answer = answered(fixtures, [whole[: len(whole) - cut], whole[len(whole) - cut :]])
    assert (refusal_of(answer) == HEADERS_TOO_LONG) if bytes_more else (answer.status == 200)


def test_many_small_headers(fixtures: Fixtures) -> None:
    """Each costs the server more than its own bytes."""
    assert refusal_of(answered(fixtures, [HEALTH + b"a:b\r\n" * 3000 + b"\r\n"])) == HEADERS_TOO_LONG


@pytest.mark.parametrize("trailer", ["X: a", "Authorization: Bearer {token}", "Content-Length: 2", "basiq-version: 3.0"])
def test_trailers_are_refused(fixtures: Fixtures, trailer: str) -> None:
    """A token in a trailer authenticates no request."""
    body = b'{"email":"trailer@hooli.com"}'
    request = b"POST /users HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(body) + b"0\r\n"
    answer = answered(fixtures, [request + trailer.format(token=fixtures.app.token()).encode() + b"\r\n\r\n"])
    assert refusal_of(answer) == expected_refusals.INVALID_HTTP
    assert answer.headers["connection"] == "close"


def test_a_trailer_behind_an_answer_is_not_answered_again(fixtures: Fixtures) -> None:
    """The request was answered 401 without its body; the trailer ends the connection."""
    with socket.create_connection(("127.0.0.1", fixtures.serving.port), 30) as line:
        line.sendall(b"POST /users HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        received = line.recv(65_536)
        line.sendall(b"0\r\nAuthorization: Bearer " + fixtures.app.token().encode() + b"\r\n\r\n" + HEALTH + b"\r\n")
        with suppress(ConnectionResetError):
            while more := line.recv(65_536):
                received += more
    assert received.startswith(b"HTTP/1.1 401 ")
    assert received.count(b"HTTP/1.1 ") == 1


def test_chunks_that_are_mostly_framing(fixtures: Fixtures) -> None:
    head = post(fixtures, "/users", "Transfer-Encoding: chunked")
    assert refusal_of(answered(fixtures, [head + b"1;" + b"a" * 20_000 + b"\r\n"])) == expected_refusals.INVALID_HTTP
    assert refusal_of(answered(fixtures, [head, *[b"1;" + b"a" * 500 + b"\r\n{\r\n"] * 100])) == expected_refusals.INVALID_HTTP
    name = b"a" * 40_000
    one_by_one = b"".join(chunk(bytes([each])) for each in b'{"email":"a@b.cc","firstName":"' + name + b'"}')
    assert answered(fixtures, [head + one_by_one + b"0\r\n\r\n"]).status == 400


def pipelined(fixtures: Fixtures, sent: bytes, count: int) -> list[bytes]:
    """The status lines of as many answers to requests sent at once, or of those before the server closes."""
    with socket.create_connection(("127.0.0.1", fixtures.serving.port), 30) as line:
        line.sendall(sent)
        received = b""
        while received.count(b"HTTP/1.1 ") < count and (more := line.recv(65_536)):
            received += more
    return re.findall(rb"HTTP/1.1 (\d+) ", received)


def test_requests_sent_ahead_are_answered_in_their_order(fixtures: Fixtures) -> None:
    """With bodies that are read, that are left, that are none, and with one that is no HTTP at the end."""
    read = post(fixtures, "/users", "Content-Length: 2") + b"{}"
    left = b"POST /users HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n\r\n" + b"a" * 70_000
    round_trip = read + HEALTH + b"\r\n" + left + b"\r\n\r\nGET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"
    answers = pipelined(fixtures, round_trip * 20 + b"\x00\r\n\r\n", 81)
    assert answers == [b"400", b"200", b"401", b"404"] * 20 + [b"400"]


def test_a_request_sent_ahead_behind_chunks(fixtures: Fixtures) -> None:
    """Its bytes came with the end of the chunks: the first is answered, and the connection is closed for the client to ask again."""
    first = post(fixtures, "/users", "Transfer-Encoding: chunked") + b"2\r\n{}\r\n0\r\n\r\n"
    answer = answered(fixtures, [first + HEALTH + b"\r\n"])
    assert answer.status == 400
    assert answer.headers["connection"] == "close"
    assert pipelined(fixtures, first + HEALTH + b"\r\n", 2) == [b"400"]


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /healthz HTTP/1.0\r\n\r\n",
        b"GET http://elsewhere.example/healthz HTTP/1.1\r\nHost: y\r\n\r\n",
        HEALTH + b"X: " + b"a" * 60_000 + b"\r\n\r\n",
        HEALTH + b"Upgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
        HEALTH + b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n",
        (HEALTH + b"\r\n") * 3000,
    ],
    ids=["http-1.0", "absolute-address", "60-kB-header", "h2c", "websocket", "pipeline"],
)
def test_what_is_odd_but_allowed(fixtures: Fixtures, request_bytes: bytes) -> None:
    assert answered(fixtures, [request_bytes]).json() == {"status": "ok"}


def test_a_raw_blank_in_a_query_that_arrives_in_pieces(fixtures: Fixtures) -> None:
    pieces = (b"GET /healthz?a=1,", b" 2", b" ", b"HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answered(fixtures, pieces).status == 200


def test_half_a_body(fixtures: Fixtures) -> None:
    """Nothing is written, and the log and the counters show no fault of the server."""
    exchange(fixtures.serving.port, [post(fixtures, "/users", "Content-Length: 100") + b'{"email":'], hang_up=True)
    form = post(
        fixtures, f"/users/{fixtures.ids['userId']}/statements", "Content-Type: multipart/form-data; boundary=b", "Content-Length: 5000"
    )
    exchange(fixtures.serving.port, [form + b"--b\r\n" + form_head()], hang_up=True)
    counted = 'bowerbird_requests_total{operation="create_statement",status="400"}'
    until(lambda: counted in fixtures.app.get("/metrics").text, "the half form to be counted")
    assert 'status="500"' not in fixtures.app.get("/metrics").text


def form_head() -> bytes:
    disposition = b'Content-Disposition: form-data; name="%s"'
    institution = disposition % b"institutionId" + b"\r\n\r\n" + STATEMENT_BANK.encode() + b"\r\n--b\r\n"
    return institution + disposition % b"statement" + b'; filename="x.csv"\r\n\r\n'


def test_a_json_body_in_chunks_without_end(fixtures: Fixtures) -> None:
    head = post(fixtures, "/users", "Transfer-Encoding: chunked")
    answer, sent = exchange(fixtures.serving.port, [head, *[chunk(b" " * 65_536)] * 500])
    assert answer is not None
    assert refusal_of(answer) == expected_refusals.body_too_long(1_048_576)
    assert sent < 400, "answered only after everything was sent"


@pytest.mark.parametrize(("path", "limit"), [("/users", 1_048_576), ("/token", 65_536)])
def test_a_body_that_announces_its_length(fixtures: Fixtures, path: str, limit: int) -> None:
    """Refused on its Content-Length alone."""
    answer = answered(fixtures, [post(fixtures, path, f"Content-Length: {limit + 1}")])
    assert refusal_of(answer) == expected_refusals.body_too_long(limit)


def statement_form(fixtures: Fixtures, *headers: str) -> bytes:
    return post(fixtures, f"/users/{fixtures.ids['userId']}/statements", "Content-Type: multipart/form-data; boundary=b", *headers)


def test_a_statement_that_announces_its_length(fixtures: Fixtures) -> None:
    answer = answered(fixtures, [statement_form(fixtures, f"Content-Length: {STATEMENT_LIMIT + 65_537}")])
    assert refusal_of(answer) == expected_refusals.statement_too_long(STATEMENT_LIMIT)


def test_a_statement_one_byte_too_long_while_it_is_sent(fixtures: Fixtures) -> None:
    """No end of the form is ever sent: only the byte beyond the limit can have caused the answer."""
    head = statement_form(fixtures, f"Content-Length: {STATEMENT_LIMIT + 60_000}")
    start = b"--b\r\n" + form_head()
    pieces = [head + start, *[b"a" * 1000] * (STATEMENT_LIMIT // 1000), b"a"]
    answer, sent = exchange(fixtures.serving.port, [*pieces, b"a" * 100])
    assert answer is not None
    assert refusal_of(answer) == expected_refusals.statement_too_long(STATEMENT_LIMIT)
    assert sent >= len(pieces) - 1


def test_a_statement_in_chunks_without_end(fixtures: Fixtures) -> None:
    head = statement_form(fixtures, "Transfer-Encoding: chunked")
    pieces = [head, chunk(b"--b\r\n" + form_head()), *[chunk(b"a" * 10_000)] * 3000]
    answer, sent = exchange(fixtures.serving.port, pieces)
    assert answer is not None
    assert refusal_of(answer) == expected_refusals.statement_too_long(STATEMENT_LIMIT)
    assert sent < len(pieces), "answered only after everything was sent"


def test_a_form_cut_off_by_its_own_length(fixtures: Fixtures) -> None:
    start = b"--b\r\n" + form_head() + CSV
    answer = answered(fixtures, [statement_form(fixtures, f"Content-Length: {len(start)}") + start])
    assert refusal_of(answer) == expected_refusals.MULTIPART


def test_a_refused_client_may_wait_for_the_answer(fixtures: Fixtures) -> None:
    """Expect: 100-continue: a client that will be refused gets the refusal before it sends a body."""
    lines = "POST /users HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n"
    assert refusal_of(answered(fixtures, [lines.encode()])) == expected_refusals.INVALID_TOKEN


def test_headers_too_long_on_a_connection_that_was_used_before(fixtures: Fixtures) -> None:
    for size, status in ((60_000, 200), (70_000, 413), (60_000, 200)):
        assert fixtures.app.http.get("/healthz", headers={"X-Long": "a" * size}).status_code == status
