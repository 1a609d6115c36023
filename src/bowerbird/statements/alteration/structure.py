"""Signs in how a file is built: what its objects say about editing, apart from what its pages show."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from io import BytesIO

import pikepdf

from bowerbird.statements.alteration.signs import Sign, SignKind

_EDITORS = re.compile(
    r"ilovepdf|sejda|smallpdf|pdfescape|pdffiller|dochub|canva|photoshop|illustrator|coreldraw|inkscape|gimp|affinity|"
    r"phantom|pdf-?xchange|nitro|pdfelement|wondershare|libreoffice|openoffice|microsoft.? (?:word|print)|"
    r"quartz pdfcontext|skia/pdf|pdfsam|pdf24|soda ?pdf|foxit (?:editor|pdf editor)|acrobat pro|xodo|preview",
    re.IGNORECASE,
)
_MAX_METADATA = 65_536


def structure_signs(data: bytes, most_pages: int) -> Iterator[Sign]:
    """Every sign of the structure. Raises pikepdf.PdfError for a file that cannot be followed."""
    with pikepdf.open(BytesIO(data), suppress_warnings=True, inherit_page_attributes=False) as pdf:
        pages = [page.obj for _, page in zip(range(most_pages), pdf.pages, strict=False)]
        yield from _contents(pages)
        yield from _boxes(pages)
        yield from _strangers(pages)
        yield from _identity(pdf)
        yield from _active(pdf)


def _contents(pages: Sequence[pikepdf.Object]) -> Iterator[Sign]:
    """Editors that add to a page put their strokes in streams of their own, around or after those of the bank."""
    counts = [len(contents) if isinstance(contents := page.get("/Contents"), pikepdf.Array) else 1 for page in pages]
    usual = Counter(counts).most_common(1)[0][0] if counts else 1
    for number, count in enumerate(counts, 1):
        if count > max(usual, 1):
            yield Sign(SignKind.EXTRA_CONTENT, f"{count} content streams where other pages have {usual}", number)
            return


def _boxes(pages: Sequence[pikepdf.Object]) -> Iterator[Sign]:
    """A page that is cropped while others are not."""
    cropped = [_cropped(page) for page in pages]
    if len(set(cropped)) > 1 and cropped.count(True) <= len(pages) / 2:
        yield Sign(SignKind.PAGE_BOX_DIFFERS, "the page is cropped and others are not", cropped.index(True) + 1)


def _cropped(page: pikepdf.Object) -> bool:
    crop, media = page.get("/CropBox"), page.get("/MediaBox")
    return crop is not None and media is not None and [round(n) for n in crop] != [round(n) for n in media]


def _strangers(pages: Sequence[pikepdf.Object]) -> Iterator[Sign]:
    """A page that shares no font object with any other while all others share theirs: it may come from another file."""
    fonts = [_font_objects(page) for page in pages]
    if len(pages) < 3:
        return
    times = Counter(font for page_fonts in fonts for font in page_fonts)
    alone = [number for number, page_fonts in enumerate(fonts, 1) if page_fonts and all(times[font] == 1 for font in page_fonts)]
    if len(alone) == 1 and sum(any(times[font] > 1 for font in page_fonts) for page_fonts in fonts) == len(pages) - 1:
        yield Sign(SignKind.STRANGER_PAGE, "the page shares nothing with the others, which share their fonts", alone[0])


def _font_objects(page: pikepdf.Object) -> set[tuple[int, int]]:
    resources = page.get("/Resources")
    parent = page
    for _ in range(8):  # inherited from the tree above; deeper than this no producer goes
        above = parent.get("/Parent")
        if resources is not None or above is None:
            break
        parent, resources = above, above.get("/Resources")
    fonts = resources.get("/Font") if isinstance(resources, pikepdf.Dictionary) else None
    return {font.objgen for font in fonts.values() if font.is_indirect} if isinstance(fonts, pikepdf.Dictionary) else set()


def _identity(pdf: pikepdf.Pdf) -> Iterator[Sign]:
    identity = pdf.trailer.get("/ID")
    if isinstance(identity, pikepdf.Array) and len(identity) == 2 and bytes(identity[0]) != bytes(identity[1]):
        yield Sign(SignKind.IDENTITY_CHANGED, "the file was saved again after it was made")
    dictionary = pdf.trailer.get("/Info")
    information = (
        {name: str(dictionary.get(name, "")) for name in ("/Producer", "/Creator", "/CreationDate", "/ModDate")}
        if (isinstance(dictionary, pikepdf.Dictionary))
        else {}
    )
    if information.get("/ModDate") and information["/CreationDate"] and information["/ModDate"][:16] != information["/CreationDate"][:16]:
        yield Sign(SignKind.DATE_CHANGED, "the file says it was changed after it was made")
    software = " ".join((information.get("/Producer", ""), information.get("/Creator", ""), _metadata(pdf)))
    if editor := _EDITORS.search(software):
        yield Sign(SignKind.EDITING_SOFTWARE, f"the file names {editor[0]}")


def _metadata(pdf: pikepdf.Pdf) -> str:
    metadata = pdf.Root.get("/Metadata")
    if not isinstance(metadata, pikepdf.Stream) or int(metadata.get("/Length", 0)) > _MAX_METADATA:
        return ""
    try:
        return metadata.read_bytes()[:_MAX_METADATA].decode("utf-8", "replace")
    except pikepdf.PdfError:
        return ""


def _active(pdf: pikepdf.Pdf) -> Iterator[Sign]:
    """Scripts and actions that start by themselves. They never run here; a statement has no use for them."""
    names = pdf.Root.get("/Names")
    scripts = isinstance(names, pikepdf.Dictionary) and "/JavaScript" in names
    action = pdf.Root.get("/OpenAction")
    launches = isinstance(action, pikepdf.Dictionary) and str(action.get("/S", "")) in {"/JavaScript", "/Launch", "/URI", "/SubmitForm"}
    if scripts or launches or "/AA" in pdf.Root:
        yield Sign(SignKind.ACTIVE_CONTENT, "the file holds a script or an action that starts by itself")
