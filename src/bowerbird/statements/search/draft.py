"""A proposed layout file: what the search proved, written down for a person to complete."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import msgspec

from bowerbird.sdk.statement_layout import Money, Product, Recognise, Rows, StatementLayout
from bowerbird.statements.pdf.issuers import UNKNOWN_INSTITUTION, Issuer, issuers_of
from bowerbird.statements.pdf.lines import Line, compact, lines_of
from bowerbird.statements.pdf.page_words import PageWords
from bowerbird.statements.search.products import NAMELESS, guessed_product
from bowerbird.statements.search.skeleton import WIDEST
from bowerbird.statements.search.trial import Trial
from bowerbird.statements.search.verdict import search

_HEAD = """\
# PROPOSED by search from {sources} ({facts}). A person decides:
# - `id`: bank.product.year of the generation; the folder of this `layout.toml` is named after it.
# - `institution`: {issuer}
# - `source`: where the specimen comes from. Never a real person's name, number or row in this file.
# - `[recognise]`: more texts that every statement of this kind has, and what its look-alikes have (`none`).
# - `[product.names]`: all products of this print, each with its class.
# - `ends`, `skip`, `notes`, `undated`: labels were taken from {sources}; shorten them to what the next one has too.
"""
TomlValue = str | int | bool | list["TomlValue"] | dict[str, "TomlValue"] | None
_COMMENTS = {
    "product.names": "# guessed from the first page",
    "account": "# as many digits as here; widen it when others have more",
}
_DEFAULTS = {"rows": Rows(figures="first", dates=("d",)), "money": Money()}
_ALWAYS = ("figures", "dates")


def draft(pages: Sequence[PageWords]) -> str:
    """A layout file that the ordinary engine reads the same words with. Raises StatementRefused where nothing is proved."""
    lines = [lines_of(page) for page in pages if page.words]
    return drafted(lines, search_issuer(lines))


def drafted(lines: list[list[Line]], trial: Trial) -> str:
    """The layout file of what the search has proved."""
    facts = str(trial.reading.proved.certificate)
    return with_head(completed_layout(lines, trial), "one statement that it proves", facts, issuer_of(lines))


def search_issuer(lines: list[list[Line]]) -> Trial:
    """The proven reading of a document of the bank that printed it. Raises StatementRefused."""
    issuer = issuer_of(lines)
    return search(lines, issuer.origin if issuer else UNKNOWN_INSTITUTION)


def completed_layout(lines: list[list[Line]], trial: Trial) -> StatementLayout:
    """What the search has proved, with what a layout needs beside it."""
    issuer, (layout, parsed) = issuer_of(lines), trial
    header = " ".join(layout.table.header.values())
    product = guessed_product(lines[0], parsed.number, frozenset({compact(header)}))
    return msgspec.structs.replace(
        layout,
        id=f"{_slug(issuer)}.draft.{parsed.period[1].year}",
        source="A statement read without a layout",
        recognise=Recognise(all=tuple(dict.fromkeys([header, *_labels(layout)]))),
        product=Product({product.name if product.name != NAMELESS else _title(lines): product.account_class}),
    )


def with_head(layout: StatementLayout, sources: str, facts: str, issuer: Issuer | None) -> str:
    """A layout as a file that says what a person has to decide. `sources` are the statements, `facts` what proves them."""
    named = f"{issuer.name} by what it prints; check its ABN in issuers.toml" if issuer else "unknown; add the bank's ABN to issuers.toml"
    return _HEAD.format(sources=sources, facts=facts, issuer=named) + "\n" + toml_of(layout)


def draft_name(text: str) -> str:
    """The name of the file that a draft belongs into."""
    match = re.search(r'^id = "(.+)"$', text, re.MULTILINE)
    return f"{match[1] if match else 'draft'}.toml"


def _slug(issuer: Issuer | None) -> str:
    return re.sub(r"[^a-z0-9]+", "-", (issuer.name if issuer else "unknown-bank").casefold()).strip("-")


def _labels(layout: StatementLayout) -> list[str]:
    """Texts that stand on every statement of the kind."""
    labels = [entry.label for entry in layout.printed if "{" not in entry.label]
    return labels + ([layout.period.label] if layout.period.label else [])


def issuer_of(lines: list[list[Line]]) -> Issuer | None:
    """The one known bank that printed a document."""
    issuers = [issuer for issuer in issuers_of("".join([line.compact for page in lines for line in page])) if issuer.origin]
    return issuers[0] if len(issuers) == 1 else None


def _title(lines: list[list[Line]]) -> str:
    """The first text of the document."""
    return " ".join([word.text for word in lines[0][0].texts()[0]])[:200]


def toml_of(layout: StatementLayout) -> str:
    """The layout as a file, without what it says by default."""
    content = msgspec.json.decode(msgspec.json.encode(layout))
    for key, default in _DEFAULTS.items():
        usual = msgspec.json.decode(msgspec.json.encode(default))
        content[key] = {name: value for name, value in content[key].items() if value != usual[name] or name in _ALWAYS}
    if content["table"]["tolerance"] == WIDEST:
        del content["table"]["tolerance"]
    plain = {key: value for key, value in content.items() if not isinstance(value, dict) and not _holds_tables(value) and _has_value(value)}
    parts = ["\n".join(f"{key} = {_value(value)}" for key, value in plain.items())]
    for key, value in content.items():
        if isinstance(value, dict):
            parts += _table(key, value)
        elif _holds_tables(value):
            parts += [_entry(key, entry) for entry in value]
    return "\n\n".join(parts) + "\n"


def _table(name: str, content: dict[str, TomlValue]) -> list[str]:
    """A table, then the tables inside it."""
    lines = [f"{_key(key)} = {_value(value)}" for key, value in content.items() if _has_value(value) and not _is_inner(value)]
    comment = [_COMMENTS[name]] if name in _COMMENTS else []
    parts = ["\n".join([f"[{name}]", *comment, *lines])] if lines else []
    for key, value in content.items():
        if isinstance(value, dict):
            parts += _table(f"{name}.{key}", value)
        elif isinstance(value, list):
            parts += [_entry(f"{name}.{key}", entry) for entry in value if isinstance(entry, dict)]
    return parts


def _entry(name: str, content: dict[str, TomlValue]) -> str:
    return "\n".join([f"[[{name}]]", *(f"{key} = {_value(value)}" for key, value in content.items())])


def _has_value(value: TomlValue) -> bool:
    return value is not None and value != []


def _is_inner(value: TomlValue) -> bool:
    return isinstance(value, dict) or _holds_tables(value)


def _holds_tables(value: TomlValue) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _key(key: str) -> str:
    return key if re.fullmatch(r"[a-z_-]+", key) else json.dumps(key, ensure_ascii=False)


def _value(value: TomlValue) -> str:
    if isinstance(value, str) and "\\" in value and "'" not in value:
        return f"'{value}'"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
