"""The unseen prints as Chromium and Typst write them."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from pathlib import Path

import typst
from playwright.sync_api import sync_playwright

from tests.browser.browsing import launch
from tests.held_back.unseen.documents import Element, Facts, Gap, NewPage, Table, Text, UnseenPrint

_CSS_ALIGN = {"l": "left", "r": "right", "c": "center"}
_NOT_SEEN = "blank"
"""The word that a bank prints white in empty cells."""


def by_chromium(documents: Mapping[Path, UnseenPrint]) -> None:
    """Write each print as PDF at its path with one browser."""
    with sync_playwright() as driver:
        browser = launch(driver)
        page = browser.new_page()
        for path, document in documents.items():
            page.set_content(_web_page(document))
            page.pdf(path=str(path), prefer_css_page_size=True)
        browser.close()


def _web_page(document: UnseenPrint) -> str:
    figures = "bottom" if document.figures_last else "top"
    style = (
        f"@page{{size:{document.paper};margin:16mm 14mm 20mm}}body{{font:{document.points}pt '{document.font}';margin:0}}"
        "table{border-collapse:collapse;width:100%}td,th{padding:2.5px 3px;vertical-align:top}"
        f"th{{text-align:left;color:{document.color};border-bottom:1px solid {document.color}}}"
        f".r{{text-align:right;white-space:nowrap;vertical-align:{figures}}}.c{{text-align:center}}tr{{break-inside:avoid}}"
        f"tbody tr td{{border-bottom:{'1px solid #ddd' if document.rules == 'h' else '0'}}}"
        + ("tbody tr:nth-child(even){background:#eef}" if document.zebra else "")
        + ".kv{width:320px;margin:6px 0}.kv td{border:0}.R{margin-left:auto}.brk{break-after:page}"
        ".f{font-size:7pt;color:#555;margin-top:10px}.w{color:#fff}"
    )
    body = "\n".join([*(_web(element, document) for element in document.elements), f"<div class=f>{_escaped(document.foot)}</div>"])
    return f"<html lang={document.language}><meta charset=utf-8><style>{style}</style>{body}"


def _escaped(words: str) -> str:
    return html.escape(words).replace("\n", "<br>")


def _web(element: Element, document: UnseenPrint) -> str:
    if isinstance(element, Gap):
        return f'<div style="height:{element.points}pt"></div>'
    if isinstance(element, NewPage):
        return f'<div class="f brk">{_escaped(document.foot)}</div>'
    if isinstance(element, Text):
        weight = "font-weight:bold;" if element.bold else ""
        style = f"font-size:{element.points}pt;{weight}text-align:{_CSS_ALIGN[element.align]};margin:2px 0"
        return f'<div style="{style}">{_escaped(element.words)}</div>'
    if isinstance(element, Facts):
        rows = "".join(f"<tr><td>{_escaped(name)}<td class=r><b>{_escaped(value)}</b>" for name, value in element.pairs)
        return f'<table class="kv {"R" if element.right else ""}">{rows}</table>'
    return _web_table(element)


def _web_table(table: Table) -> str:
    total = sum(width for _, width, _ in table.columns)
    widths = "".join(f'<col style="width:{100 * width / total:.1f}%">' for _, width, _ in table.columns)
    heads = "".join(f"<th class={align}>{_escaped(heading)}" for heading, _, align in table.columns)
    rows = []
    for bold, cells in table.rows:
        begin, end = ("<b>", "</b>") if bold else ("", "")
        texts = [_escaped(cell).replace(_NOT_SEEN, f"<span class=w>{_NOT_SEEN}</span>") for cell in cells]
        rows.append(
            "<tr>" + "".join(f"<td class={align}>{begin}{text}{end}" for (_, _, align), text in zip(table.columns, texts, strict=False))
        )
    return f"<table><colgroup>{widths}</colgroup><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</table>"


def by_typst(document: UnseenPrint) -> bytes:
    """The print as Typst writes it."""
    paper = "a4" if document.paper == "A4" else "us-letter"
    foot = f"footer:[#set text(7pt)\n{_typst_words(document.foot)}]"
    out = [
        f'#set page(paper:"{paper}",margin:(x:16mm,top:15mm,bottom:20mm),{foot})',
        f'#set text(font:"{document.font}",size:{document.points}pt)',
        "#set par(leading:0.45em,spacing:0.7em)",
        *(_typst(element, document) for element in document.elements),
    ]
    return bytes(typst.compile("\n".join(out).encode()))


def _typst_words(words: str) -> str:
    return "#linebreak() ".join("#" + json.dumps(line, ensure_ascii=False) for line in words.split("\n"))


def _typst(element: Element, document: UnseenPrint) -> str:
    if isinstance(element, Gap):
        return f"#v({element.points}pt)"
    if isinstance(element, NewPage):
        return "#pagebreak()"
    if isinstance(element, Text):
        weight = ',weight:"bold"' if element.bold else ""
        return f"#align({_CSS_ALIGN[element.align]})[#text(size:{element.points}pt{weight})[{_typst_words(element.words)}]]"
    if isinstance(element, Facts):
        pairs = ",".join(f"[{_typst_words(name)}],[*{_typst_words(value)}*]" for name, value in element.pairs)
        side = "right" if element.right else "left"
        return f"#align({side})[#table(columns:(190pt,110pt),align:(left,right),stroke:none,inset:2pt,{pairs})]"
    return _typst_table(element, document)


def _typst_table(table: Table, document: UnseenPrint) -> str:
    figures = "bottom" if document.figures_last else "top"
    widths = ",".join(f"{width:g}fr" for _, width, _ in table.columns)
    aligns = ",".join(f"{_CSS_ALIGN[align]}+{figures if align == 'r' else 'top'}" for *_, align in table.columns)
    stroke = "(bottom:0.3pt+gray)" if document.rules == "h" else "none"
    zebra = "fill:(x,y)=>if calc.even(y) {luma(240)}," if document.zebra else ""
    heads = ",".join(f"[*{_typst_words(heading)}*]" for heading, *_ in table.columns)
    cells = ",".join(_typst_cell(cell, bold) for bold, row in table.rows for cell in row)
    return f"#table(columns:({widths}),align:({aligns},),stroke:{stroke},inset:(x:2pt,y:3pt),{zebra}table.header({heads}),{cells})"


def _typst_cell(cell: str, bold: bool) -> str:
    if not cell:
        return "[]"
    return f"[*{_typst_words(cell)}*]" if bold else f"[{_typst_words(cell)}]"
