"""Files that pages load, at addresses with a hash of their content, so that a browser caches each of them and never an old one.

They are read, hashed and compressed once. `url(name)` of another asset in a style sheet becomes its address.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

FOLDER = "/assets/"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_PACKED = {".woff2"}
_URL = re.compile(rb"url\(([\w.-]+)\)")


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent. `gzipped` is empty for a file that is compressed already."""

    address: str
    content: bytes
    gzipped: bytes
    media_type: str


class Assets:
    """Every asset of the package, by its name and by its address."""

    def __init__(self) -> None:
        files = _files(resources.files("bowerbird.web") / "static")
        self._by_name: dict[str, Asset] = {}
        for name in sorted(files, key=lambda name: name.endswith(".css")):  # style sheets last: they name other assets
            self._by_name[name] = self._made(name, files[name])
        self._by_address = {asset.address: asset for asset in self._by_name.values()}

    def address(self, name: str) -> str:
        """The address a page links to. Raises KeyError for an unknown name."""
        return self._by_name[name].address

    def find(self, address: str) -> Asset | None:
        return self._by_address.get(address)

    def _made(self, name: str, content: bytes) -> Asset:
        stem, dot, ending = name.rpartition(".")
        if ending == "css":
            content = _URL.sub(lambda match: b"url(%s)" % self.address(match[1].decode()).encode(), content)
        digest = hashlib.sha256(content).hexdigest()[:12]
        gzipped = b"" if dot + ending in _PACKED else gzip.compress(content, 9, mtime=0)
        return Asset(f"{FOLDER}{stem}.{digest}.{ending}", content, gzipped, _TYPES[dot + ending])


def _files(folder: Traversable) -> dict[str, bytes]:
    """Files that a page may load, by name, including those of folders below."""
    files: dict[str, bytes] = {}
    for entry in folder.iterdir():
        if entry.is_dir():
            files |= _files(entry)
        elif any(entry.name.endswith(ending) for ending in _TYPES):
            files[entry.name] = entry.read_bytes()
    return files
