"""PDF bytes become words in their places, however the file draws them; what cannot be read is refused with a reason."""

from __future__ import annotations

import io

import pikepdf
import pytest
from reportlab.pdfgen.canvas import Canvas

from bowerbird import codes
from bowerbird.statements.pdf import words
from bowerbird.statements.pdf.page_words import Word
from bowerbird.statements.pdf.words import read_words
from bowerbird.statements.refusal import StatementRefused
from tests.statement_factory.catalogue import specimen
from tests.statement_factory.pdf_canvas import Item, Manner, Text, drawn


def item(text: str, x: float, y: float, page: int = 0, size: float = 8) -> Item:
    return Item(page, y, 0, None, Text(x, text, size=size))


def rounded(word: Word) -> tuple[str, float, float]:
    return word.text, round(word.x0, 1), round(word.y, 1)


def reason_of(data: bytes) -> str:
    with pytest.raises(StatementRefused) as refused:
        read_words(data)
    assert refused.value.entry is codes.STATEMENT_INVALID
    return refused.value.reason


def test_a_word_knows_its_place_from_the_top_left() -> None:
    pages = read_words(drawn((item("Opening balance", 50, 100), item("next", 60, 200, page=1))))
    assert [rounded(word) for word in pages[0].words] == [("Opening", 50, 100), ("balance", 82.5, 100)]
    assert 110 < pages[0].words[1].x1 < 111
    assert 8 < pages[0].words[1].size < 11
    assert (pages[1].number, pages[1].width, pages[1].height) == (2, 595, 842)


def test_a_page_that_begins_elsewhere_is_measured_from_its_own_corner() -> None:
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(drawn((item("here", 50, 100),)))) as pdf:
        pdf.pages[0].mediabox = pikepdf.Array([10, -20, 595, 822])
        pdf.save(file)
    assert rounded(read_words(file.getvalue())[0].words[0]) == ("here", 40, 80)


@pytest.mark.parametrize("manner", ["shuffled", "letters"])
@pytest.mark.parametrize("layout", ["cba.deposit.2017", "anz.plus.2024", "bendigo.deposit.2025"])
def test_words_do_not_depend_on_how_they_are_drawn(layout: str, manner: Manner) -> None:
    printed = specimen(layout, 9)
    plain, other = read_words(printed.pdf()), read_words(printed.pdf(manner))
    for page, same in zip(plain, other, strict=True):
        assert sorted(map(rounded, page.words)) == sorted(map(rounded, same.words))


def test_rotated_text_is_left_out() -> None:
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(595, 842))
    canvas.drawString(50, 700, "upright")
    canvas.rotate(90)
    canvas.drawString(50, -500, "sideways")
    canvas.save()
    assert [word.text for word in read_words(file.getvalue())[0].words] == ["upright"]


def test_a_file_that_needs_a_password_is_refused() -> None:
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(drawn((item("secret", 50, 100),)))) as pdf:
        pdf.save(file, encryption=pikepdf.Encryption(owner="owner", user="user"))
    assert reason_of(file.getvalue()) == "the file needs a password"


def test_a_file_that_only_its_owner_may_change_is_read() -> None:
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(drawn((item("open", 50, 100),)))) as pdf:
        pdf.save(file, encryption=pikepdf.Encryption(owner="owner", user=""))
    assert read_words(file.getvalue())[0].words[0].text == "open"


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 and nothing else", b"\0" * 1000])
def test_a_damaged_file_is_refused(data: bytes) -> None:
    assert reason_of(data).startswith("the file cannot be opened")


def test_a_scan_without_text_is_refused() -> None:
    file = io.BytesIO()
    canvas = Canvas(file)
    canvas.rect(10, 10, 100, 100, fill=1)
    canvas.save()
    assert reason_of(file.getvalue()).startswith("no page holds text")


def test_a_file_of_too_many_pages_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "MAX_PAGES", 1)
    assert reason_of(drawn((item("a", 50, 100), item("b", 50, 100, page=1)))) == "the file has 2 pages; 1 to 1 are read"


def test_a_page_of_too_many_words_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = drawn((item("one two three", 50, 100),))
    monkeypatch.setattr(words, "MAX_WORDS", 2)
    assert reason_of(data) == "page 1 holds more than 2 words"
    monkeypatch.setattr(words, "MAX_CHARACTERS", 5)
    assert reason_of(data) == "page 1 holds more than 5 characters"


def test_an_endless_word_is_cut_off() -> None:
    assert max(len(word.text) for word in read_words(drawn((item("x" * 3000, 5, 100, size=1),)))[0].words) == words.LONGEST_WORD
