"""What is done to statements, by those who forge them and by those who mean no harm. Each takes a file and gives another."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pikepdf
import pypdfium2 as pdfium
from pikepdf import Array, Dictionary, Name, Pdf, Stream
from PIL import Image
from reportlab.lib.colors import Color, black, white
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.forgery.originals import ORIGINALS

Box = tuple[float, float, float, float]


def _open(data: bytes) -> Pdf:
    return pikepdf.open(BytesIO(data))


def _saved(pdf: Pdf, **options: object) -> bytes:
    to = BytesIO()
    pdf.save(to, deterministic_id=True, **options)  # type: ignore[arg-type]
    return to.getvalue()


def amounts(data: bytes, page: int = 1) -> list[tuple[str, Box]]:
    """Every amount of a page and where it stands, from the top."""
    text = pdfium.PdfDocument(data)[page].get_textpage()
    whole = text.get_text_range()
    found = []
    for match in re.finditer(r"[\d,]+\.\d\d", whole):
        boxes = [text.get_charbox(index) for index in range(match.start(), match.end())]
        found.append((match[0], (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))))
    return found


def victim(data: bytes) -> tuple[int, str, Box]:
    """The page and the amount that forgers are after: the fifth figure of the second page."""
    figure, box = amounts(data)[4]
    return 1, figure, box


def _overlay(data: bytes, paint: Callable[[Canvas, Box, str], None]) -> bytes:
    """The strokes that paint makes at the victim's place, as an editor would append them."""
    _, _, box = victim(data)
    to = BytesIO()
    canvas = Canvas(to, pagesize=(595, 842), pageCompression=0, invariant=1)
    paint(canvas, box, "9,876.54")
    canvas.showPage()
    canvas.save()
    return to.getvalue()


def _part(page: pikepdf.Page, name: str) -> Dictionary:
    """A copy of a part of the page's resources, empty where it has none."""
    found: Any = page.obj.Resources.get(name)
    return Dictionary({} if found is None else dict(found.items()))


def patched(data: bytes, colour: Color, font: str, patch: bool = True) -> bytes:
    """The whole file rewritten with a patch and a new figure on the victim's place."""

    def paint(canvas: Canvas, box: Box, figure: str) -> None:
        if patch:
            canvas.setFillColor(colour)
            canvas.rect(box[0] - 1, box[1] - 1, box[2] - box[0] + 2, box[3] - box[1] + 2, stroke=0, fill=1)
        canvas.setFillColor(black)
        canvas.setFont(font, 8)
        canvas.drawRightString(box[2], box[1], figure)

    page, _, _ = victim(data)
    drawn = _overlay(data, paint)
    pdf, strokes = _open(data), _open(drawn)
    source = strokes.pages[0]
    target = pdf.pages[page]
    renamed = re.sub(rb"/F(\d)", rb"/Edit\1", source.Contents.read_bytes())
    target.obj.Resources = pdf.make_indirect(Dictionary(dict(target.obj.Resources.items())))
    fonts = _part(target, "/Font")
    for name, font_object in source.obj.Resources.Font.items():
        fonts[f"/Edit{name[2:]}"] = pdf.copy_foreign(font_object)
    target.obj.Resources.Font = fonts
    target.contents_add(b"q", prepend=True)
    target.contents_add(b"Q")
    target.contents_add(renamed)
    return _saved(pdf)


def patch_and_text(data: bytes) -> bytes:
    """A white box over the figure, a new figure on it, the file fully rewritten."""
    return patched(data, white, "Helvetica")


def shaded_patch_and_text(data: bytes) -> bytes:
    """As above, but in the colour of the row."""
    return patched(data, Color(0.92, 0.94, 0.98), "Times-Roman")


def text_over_text(data: bytes) -> bytes:
    """A new figure straight on top of the old one."""
    return patched(data, white, "Helvetica", patch=False)


def appended_patch(data: bytes) -> bytes:
    """The same as an incremental update: the old file, then the changed page, then a second table and end."""
    rewritten = _open(patch_and_text(data))
    page, _, _ = victim(data)
    content = b"\n".join(stream.read_bytes() for stream in rewritten.pages[page].obj.Contents)
    return _appended(data, page, content, dict(rewritten.pages[page].obj.Resources.Font.items()))


def _appended(data: bytes, page: int, content: bytes, fonts: dict[str, pikepdf.Object]) -> bytes:
    """An incremental update that gives a page another content, written by hand as the libraries here write whole files only."""
    pdf = _open(data)
    old = pdf.pages[page].obj
    size = int(pdf.trailer.Size)
    spelt = b"".join(
        f"{name}<</Type/Font/Subtype/Type1/BaseFont{font.BaseFont}>>".encode() for name, font in fonts.items() if name.startswith("/Edit")
    )
    kept = b"".join(f"{name} {font.objgen[0]} 0 R".encode() for name, font in old.Resources.get("/Font", Dictionary()).items())
    resources = b"<</Font<<" + kept + spelt + b">>" + _others(old.Resources) + b">>"
    parent = old.Parent.objgen[0]
    body = bytearray(data if data.endswith(b"\n") else data + b"\n")
    places = []
    for number, text in (
        (size, f"<</Length {len(content)}>>\nstream\n".encode() + content + b"\nendstream"),
        (
            old.objgen[0],
            f"<</Type/Page/Parent {parent} 0 R/MediaBox[0 0 595 842]/Contents {size} 0 R/Resources ".encode() + resources + b">>",
        ),
    ):
        places.append((number, len(body)))
        body += f"{number} 0 obj\n".encode() + text + b"\nendobj\n"
    start = len(body)
    previous = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    body += b"xref\n" + b"".join(f"{number} 1\n{place:010} 00000 n \n".encode() for number, place in places)
    root, info = pdf.trailer.Root.objgen[0], pdf.trailer.Info.objgen[0]
    body += f"trailer\n<</Size {size + 1}/Root {root} 0 R/Info {info} 0 R/Prev {previous}>>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(body)


def _others(resources: pikepdf.Object) -> bytes:
    """The entries of a page's resources other than its fonts."""
    return b"".join(name.encode() + entry.unparse() for name, entry in resources.items() if name not in {"/Font"})


def _edited(data: bytes, page: int) -> bytes:
    """A page's content with another digit in the string that shows the victim, in the codes that its font gives to digits."""
    pdf = _open(data)
    target = pdf.pages[page]
    _, figure, _ = victim(data)
    instructions = pikepdf.parse_content_stream(target)
    for place, instruction in enumerate(instructions):
        if str(instruction.operator) == "Tj" and (changed := _other_digit(bytes(instruction.operands[0]), figure)):
            instructions[place] = pikepdf.ContentStreamInstruction([pikepdf.String(changed)], instruction.operator)
            return pikepdf.unparse_content_stream(instructions)
    raise AssertionError("no string shows the figure")


def _other_digit(codes: bytes, figure: str) -> bytes | None:
    """The codes of a string that ends in a figure, with its first digit made equal to another of its digits."""
    if figure.encode() in codes:
        return codes.replace(figure.encode(), (("9" if figure[0] != "9" else "8") + figure[1:]).encode(), 1)
    shown = codes[-len(figure) :]
    pairs = set(zip(figure, shown, strict=False))
    alike = len(shown) == len(figure) and len(pairs) == len({char for char, _ in pairs}) == len({code for _, code in pairs})
    other = next((code for char, code in zip(figure, shown, strict=False) if char.isdigit() and char != figure[0]), None)
    if not alike or other is None or len(codes) > len(figure) + 2:
        return None
    return codes[: -len(figure)] + bytes([other]) + shown[1:]


def edited_in_place(data: bytes) -> bytes:
    """A digit replaced inside the page's own stream, the file fully rewritten: nothing is drawn twice, no font is added."""
    page, _, _ = victim(data)
    pdf = _open(data)
    pdf.pages[page].obj.Contents = pdf.make_stream(_edited(data, page))
    return _saved(pdf)


def edited_and_appended(data: bytes) -> bytes:
    """The same digit, but saved as an incremental update, as most editors do."""
    page, _, _ = victim(data)
    return _appended(data, page, _edited(data, page), {})


def redacted_and_retyped(data: bytes) -> bytes:
    """The figure's text removed from the stream and typed again in another font."""
    page, figure, box = victim(data)
    pdf = _open(data)
    target = pdf.pages[page]
    content = target.obj.Contents.read_bytes()
    removed = content.replace(figure.encode(), b" " * len(figure), 1)
    fonts = _part(target, "/Font")
    fonts.Edit = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name("/Helvetica" if b"Courier" in data else "/Courier"))
    target.obj.Resources = Dictionary({**dict(target.obj.Resources.items()), "/Font": fonts})
    target.obj.Contents = pdf.make_stream(removed)
    if removed == content:  # not spelt in the stream: the glyphs stay beneath
        target.contents_add(b"1 1 1 rg %f %f %f %f re f 0 g" % (box[0] - 1, box[1] - 1, box[2] - box[0] + 2, box[3] - box[1] + 2))
    target.contents_add(f"BT /Edit 8 Tf {box[0]} {box[1]} Td (9,876.54) Tj ET".encode())
    return _saved(pdf)


def annotated(data: bytes) -> bytes:
    """A FreeText annotation with a white ground over the figure: what a person sees is not what a program reads."""
    return _annotated(data, Name.FreeText)


def highlighted(data: bytes) -> bytes:
    """A row marked with a text marker, as people do for their accountant."""
    return _annotated(data, Name.Highlight)


def _annotated(data: bytes, kind: Name) -> bytes:
    page, _, box = victim(data)
    pdf = _open(data)
    target = pdf.pages[page].obj
    annotation = Dictionary(
        Type=Name.Annot,
        Subtype=kind,
        Rect=Array(list(box)),
        Contents="9,876.54",
        DA="/Helv 8 Tf 0 g",
        C=Array([1, 1, 1]),
        F=4,
        QuadPoints=Array([box[0], box[3], box[2], box[3], box[0], box[1], box[2], box[1]]),
    )
    target.Annots = Array([*target.get("/Annots", Array()), pdf.make_indirect(annotation)])
    return _saved(pdf)


def marked_for_redaction(data: bytes) -> bytes:
    """A redaction that was marked and not applied."""
    return _annotated(data, Name.Redact)


def printed_to_pictures(data: bytes) -> bytes:
    """Every page a picture."""
    pictures = [page.render(scale=1).to_pil().convert("RGB") for page in pdfium.PdfDocument(data)]
    to = BytesIO()
    pictures[0].save(to, "PDF", save_all=True, append_images=pictures[1:])
    return to.getvalue()


def pictures_with_hidden_text(data: bytes) -> bytes:
    """Every page a picture with invisible recognised text on it, as scanners make."""
    to = BytesIO()
    canvas = Canvas(to, pagesize=(595, 842), invariant=1)
    for page in pdfium.PdfDocument(data):
        canvas.drawImage(ImageReader(page.render(scale=1).to_pil().convert("RGB")), 0, 0, 595, 842)
        text = canvas.beginText(50, 800)
        text.setTextRenderMode(3)
        text.textLines(page.get_textpage().get_text_range())
        canvas.drawText(text)
        canvas.showPage()
    canvas.save()
    return to.getvalue()


def picture_over_figure(data: bytes) -> bytes:
    """A picture of another figure pasted over the first."""
    page, _, box = victim(data)
    pdf = _open(data)
    target = pdf.pages[page]
    picture = Stream(pdf, Image.new("RGB", (60, 12), (255, 255, 255)).tobytes())
    picture.stream_dict = Dictionary(
        Type=Name.XObject, Subtype=Name.Image, Width=60, Height=12, ColorSpace=Name.DeviceRGB, BitsPerComponent=8
    )
    others = _part(target, "/XObject")
    others.Patch = pdf.make_indirect(picture)
    target.obj.Resources = Dictionary({**dict(target.obj.Resources.items()), "/XObject": others})
    size = (box[2] - box[0] + 2, box[3] - box[1] + 2)
    target.contents_add(b"q %f 0 0 %f %f %f cm /Patch Do Q" % (*size, box[0] - 1, box[1] - 1))
    return _saved(pdf)


def _sister(data: bytes) -> bytes:
    """Another statement printed by the same program."""
    return next(print_one(seed=9) for print_one in ORIGINALS.values() if print_one() == data)


def page_swapped(data: bytes) -> bytes:
    """One page taken from another statement of the same bank."""
    pdf, source = _open(data), _open(_sister(data))
    pdf.pages[1] = source.pages[1]
    return _saved(pdf)


def page_cropped_in(data: bytes) -> bytes:
    """One page replaced by another statement's, placed as one piece and cropped to its table."""
    pdf, source = _open(data), _open(_sister(data))
    form = pdf.copy_foreign(source.pages[1].as_form_xobject())
    page = pdf.add_blank_page(page_size=(595, 842))
    page.obj.Resources = Dictionary(XObject=Dictionary(Piece=form))
    page.obj.Contents = pdf.make_stream(b"q 1 0 0 1 0 0 cm /Piece Do Q")
    page.obj.CropBox = Array([20, 20, 575, 800])
    moved = pdf.pages[-1]
    del pdf.pages[-1]
    pdf.pages[1] = moved
    return _saved(pdf)


def page_removed(data: bytes) -> bytes:
    """The second page taken out."""
    pdf = _open(data)
    del pdf.pages[1]
    return _saved(pdf)


def _added(data: bytes, operators: str, fonts: dict[str, str]) -> bytes:
    """Operators behind a page's own, with standard fonts of their own."""
    page, _, _ = victim(data)
    pdf = _open(data)
    target = pdf.pages[page]
    known = _part(target, "/Font")
    for name, base in fonts.items():
        known[f"/{name}"] = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name(f"/{base}"))
    target.obj.Resources = Dictionary({**dict(target.obj.Resources.items()), "/Font": known})
    target.contents_add(b"q", prepend=True)
    target.contents_add(b"Q")
    target.contents_add(operators.encode())
    return _saved(pdf)


def _own_font(data: bytes) -> str:
    """A standard font that the statement may well use already."""
    return "Helvetica" if b"Helvetica" in data else "Times-Roman"


def white_row(data: bytes) -> bytes:
    """A row in white between two others: programs read it, no one sees it."""
    return _added(data, "BT 1 1 1 rg /Seen 8 Tf 420 60 Td (5,000.00) Tj ET", {"Seen": _own_font(data)})


def white_outlined_row(data: bytes) -> bytes:
    """A row of which only the outline is drawn, in white, within a frame of thin lines around the page."""
    return _added(data, "10 10 575 822 re S BT 1 1 1 RG 1 Tr /Seen 8 Tf 420 60 Td (5,000.00) Tj ET", {"Seen": _own_font(data)})


def white_row_in_a_frame(data: bytes) -> bytes:
    """A row in white within a frame of thin lines: a frame is no ground."""
    return _added(data, "10 10 575 822 re S BT 1 1 1 rg /Seen 8 Tf 420 60 Td (5,000.00) Tj ET", {"Seen": _own_font(data)})


def faint_row(data: bytes) -> bytes:
    """A row in a grey as light as paper."""
    return _added(data, "BT 0.99 g /Seen 8 Tf 420 60 Td (5,000.00) Tj ET", {"Seen": _own_font(data)})


def invisible_row(data: bytes) -> bytes:
    """A row that is set and not painted."""
    return _added(data, "BT 3 Tr /Seen 8 Tf 420 60 Td (5,000.00) Tj ET", {"Seen": _own_font(data)})


def row_on_a_layer_that_is_off(data: bytes) -> bytes:
    """A row on a layer that no program shows."""
    pdf = _open(_added(data, "/OC /Hidden BDC BT 0 g /Seen 8 Tf 420 60 Td (5,000.00) Tj ET EMC", {"Seen": _own_font(data)}))
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="Archive"))
    target = pdf.pages[1]
    target.obj.Resources.Properties = Dictionary(Hidden=layer)
    pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer]), Order=Array([layer])))
    return _saved(pdf)


def row_on_a_layer_off_by_default(data: bytes) -> bytes:
    """A row on a layer of a file in which every layer is off that is not switched on."""
    pdf = _open(row_on_a_layer_that_is_off(data))
    layers = pdf.Root.OCProperties
    layers.D = Dictionary(BaseState=Name.OFF, Order=Array(layers.OCGs), ON=Array([]))
    return _saved(pdf)


def name_retyped(data: bytes) -> bytes:
    """The words of a row on a patch of paper, in a font that nothing else is set in: another employer."""
    _, _, box = victim(data)
    left, bottom = words_beside(data, box)
    patch = f"1 g {left - 1} {bottom - 2} 170 10 re f 0 g"
    return _added(data, f"{patch} BT /Retyped 8 Tf {left} {bottom} Td (SALARY BIG MINING LTD) Tj ET", {"Retyped": "Courier"})


def words_beside(data: bytes, box: Box) -> tuple[float, float]:  # not money: points
    """Where the words of the row around a figure begin: the second text of its line."""
    page = pdfium.PdfDocument(data)[1]
    text = page.get_textpage()
    found = [text.get_rect(place) for place in range(text.count_rects())]
    line = sorted(rect for rect in found if abs(rect[1] - box[1]) < 4)
    place = min(1, len(line) - 1)
    return line[place][0], line[place][1]


# ── What honest people and honest programs do ────────────────────────────────────────────────────────────────────────────────


def untouched(data: bytes) -> bytes:
    return data


def retitled(data: bytes) -> bytes:
    """Another title and date in the file's information."""
    pdf = _open(data)
    pdf.docinfo["/Title"] = "March"
    pdf.docinfo["/ModDate"] = "D:20300101000000Z"
    return _saved(pdf)


def watermarked(data: bytes) -> bytes:
    """A large grey word across the page, under everything that is read."""
    return _added(data, "q 0.9 g BT 0.7 0.7 -0.7 0.7 300 120 Tm /Seen 60 Tf (COPY) Tj ET Q", {"Seen": _own_font(data)})


def stamped(data: bytes) -> bytes:
    """A line of an archive at the foot of a page."""
    return _added(data, "BT 0 g /Seen 7 Tf 50 12 Td (Received by the archive) Tj ET", {"Seen": _own_font(data)})


def with_unseen_words(data: bytes) -> bytes:
    """The word blank, unseen, as programs write it into empty cells."""
    return _added(
        data, "BT 3 Tr /Seen 8 Tf 420 60 Td (blank) Tj ET BT 1 g 0 Tr /Seen 8 Tf 360 60 Td (blank) Tj ET", {"Seen": _own_font(data)}
    )


def linearised(data: bytes) -> bytes:
    return _saved(_open(data), linearize=True)


def owner_password(data: bytes) -> bytes:
    """Encrypted so that everyone may read and no one may change, as many banks do."""
    to = BytesIO()
    _open(data).save(to, encryption=pikepdf.Encryption(owner="bank", user="", R=6))
    return to.getvalue()


def rewritten(data: bytes) -> bytes:
    return _saved(_open(data))


def compressed_objects(data: bytes) -> bytes:
    return _saved(_open(data), object_stream_mode=pikepdf.ObjectStreamMode.generate)


def signed_later(data: bytes) -> bytes:
    """An incremental update that changes nothing on any page, as a signature or an archive adds."""
    pdf = _open(data)
    size, root = int(pdf.trailer.Size), pdf.trailer.Root.objgen[0]
    body = bytearray(data if data.endswith(b"\n") else data + b"\n")
    place = len(body)
    body += f"{size} 0 obj\n<</Archived true>>\nendobj\n".encode()
    start = len(body)
    previous = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    body += f"xref\n{size} 1\n{place:010} 00000 n \ntrailer\n<</Size {size + 1}/Root {root} 0 R/Prev {previous}>>\n".encode()
    return bytes(body + f"startxref\n{start}\n%%EOF\n".encode())
