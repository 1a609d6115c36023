"""What a page's markup holds, read as a browser reads it: whether all of it is ours, and which forms there are."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_OURS = ("/assets/", "/public/logos/", "data:image/")
_LOCAL = ("/", "#", "data:image/", "?")
_NEVER = ("iframe", "object", "embed", "base", "applet", "frame")
_ADDRESSES = ("href", "action", "formaction", "hx-get", "hx-post", "xlink:href")


@dataclass
class Form:
    """A form with the fields a person can fill in, and those the page fills in itself."""

    action: str
    method: str
    typed: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)


class Markup(HTMLParser):
    """`foreign` are the elements and attributes that no template of ours writes."""

    def __init__(self, text: str, elsewhere: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.foreign: list[str] = []
        self.forms: list[Form] = []
        self._elsewhere = elsewhere
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        source = values.get("src", "")
        if tag in _NEVER or (tag == "script" and not source.startswith("/assets/")) or (tag == "img" and not source.startswith(_OURS)):
            self.foreign.append(f"<{tag} {values}>")
        for name, value in values.items():
            here = value == "" or (value.startswith((*_LOCAL, *self._elsewhere)) and not value.startswith(("//", "/\\")))
            led_away = name in _ADDRESSES and not here
            if name.startswith("on") or name == "style" or led_away:
                self.foreign.append(f"{tag} {name}={value}")
        self._form(tag, values)

    def _form(self, tag: str, values: dict[str, str]) -> None:
        if tag == "form":
            self.forms.append(Form(values.get("action", ""), values.get("method", "get")))
        if not self.forms or "name" not in values:
            return
        if tag in ("input", "textarea", "select") and values.get("type") not in ("hidden", "file", "checkbox", "radio"):
            self.forms[-1].typed.append(values["name"])
        elif tag in ("input", "button"):
            self.forms[-1].kept[values["name"]] = values.get("value", "")
