"""Finds the rule packs: folders under `bowerbird.packs`, and packages that announce theirs under the entry point "bowerbird.packs".

They are read at their first use: a server that enriches nothing reads none.
"""

from __future__ import annotations

import hashlib
import importlib
import pkgutil
from functools import cache
from importlib import resources
from importlib.metadata import entry_points

from bowerbird.insights.lexicon import Lexicon, build_lexicon
from bowerbird.plugins.registry import PluginError
from bowerbird.sdk.pack import Pack, PackError, read_pack

FILE = "pack.toml"


def pack_texts() -> dict[str, str]:
    """The text of every pack by its id, ours first. Raises PluginError for a folder without one."""
    package = importlib.import_module("bowerbird.packs")
    modules = {name: f"bowerbird.packs.{name}" for name in sorted(module.name for module in pkgutil.iter_modules(package.__path__))}
    modules.update({point.name: point.value for point in entry_points(group="bowerbird.packs")})
    try:
        return {name: (resources.files(module) / FILE).read_text("utf-8") for name, module in modules.items()}
    except (OSError, ImportError) as error:
        raise PluginError(f"a rule pack has no {FILE}: {error}") from error


def packs() -> tuple[Pack, ...]:
    """Every pack, read. Raises PluginError for one that cannot be."""
    try:
        return tuple(read_pack(text, name) for name, text in pack_texts().items())
    except PackError as error:
        raise PluginError(str(error)) from error


@cache
def lexicon() -> Lexicon:
    """What all packs say together, built once a process."""
    return build_lexicon(packs())


@cache
def rules_version() -> str:
    """12 hex digits of all packs and of the code that applies them: figures made under one version are made alike."""
    digest = hashlib.sha256()
    for name, text in sorted(pack_texts().items()):
        digest.update(f"{name}\0{text}\0".encode())
    for folder in ("bowerbird.insights", "bowerbird.insights.reports"):
        for file in sorted(resources.files(folder).iterdir(), key=lambda file: file.name):
            if file.name.endswith(".py"):
                digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
