"""Finds the leaves: connectors and statement layouts, those in this package and those a third party installs.

A leaf is a folder: under `connectors/` a package that exports CONNECTOR, under `layouts/` a package that exports LAYOUT, or the file
`layout.toml` for the layout of a PDF statement. A connector that serves institutions which the built-in catalogue does not know
brings an `institutions.toml` in its folder. Installed packages announce theirs under the entry-point groups "bowerbird.connectors"
and "bowerbird.layouts".
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from importlib import resources
from importlib.metadata import entry_points
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import Any, NamedTuple, TypeAlias, TypeVar

from bowerbird.sdk.bounds import declaration_problem
from bowerbird.sdk.connector import Connector, HasUpstream, ServesOtherBanks
from bowerbird.sdk.layout import CsvLayout
from bowerbird.sdk.leaf import HasTier, LeafTier, folder_name
from bowerbird.sdk.native_layout import NativeCsvLayout
from bowerbird.sdk.statement_layout import LayoutError, StatementLayout, read_layout

CONNECTOR_GROUP = "bowerbird.connectors"
"""The entry points by which installed packages announce their connectors."""
IMPORT_SECONDS = 20
"""In which an installed leaf is imported: one that takes longer is left out, and the server starts without it."""
_LONGEST_WHY = 300
_silent: set[str] = set()
T = TypeVar("T")
Layout: TypeAlias = CsvLayout | NativeCsvLayout | StatementLayout


class PluginError(Exception):
    """A leaf that cannot be used: it says which, and what to change."""


class LeafKind(StrEnum):
    CONNECTOR = "connector"
    CSV = "CSV layout"
    PDF = "PDF layout"


@dataclass(frozen=True, slots=True)
class LeafSummary:
    """What pages say of a leaf. `institutions` are the origins it serves, none where it serves all; `source` is where its facts
    come from, empty where it does not say."""

    id: str
    kind: LeafKind
    institutions: tuple[str, ...]
    tier: LeafTier
    source: str = ""


class BrokenLeaf(NamedTuple):
    """An installed leaf that is left out, by the name of its entry point, and why: the server serves without it."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Plugins:
    """The connectors by the institution ids they serve, the layouts of CSV files (the published one and those of banks' own
    exports) and the layouts of PDF statements; and what there is to say of each, by kind and then by id. `broken` were left out.
    """

    connectors: dict[str, Connector]
    csv_layouts: tuple[CsvLayout | NativeCsvLayout, ...]
    statement_layouts: tuple[StatementLayout, ...] = ()
    leaves: tuple[LeafSummary, ...] = ()
    broken: tuple[BrokenLeaf, ...] = ()

    def connector_for(self, origin: str) -> Connector | None:
        return self.connectors.get(origin)

    def has_statement_layout(self, origin: str) -> bool:
        """Whether a layout reads PDF statements of an institution."""
        return any(layout.institution == origin for layout in self.statement_layouts)


def discover() -> Plugins:
    """Load every leaf. An installed one that is broken is left out and reported. Raises PluginError when one of this package is broken."""
    broken: list[BrokenLeaf] = []
    connectors: dict[str, Connector] = {}
    named = list(_connectors(connectors, broken))
    layouts = _all_layouts(broken)
    csv = tuple(layout for layout in layouts if isinstance(layout, CsvLayout | NativeCsvLayout))
    pdf = tuple(layout for layout in layouts if isinstance(layout, StatementLayout))
    leaves = (*(_connector_leaf(name, connector) for name, connector in named), *map(_layout_leaf, csv), *map(_layout_leaf, pdf))
    return Plugins(connectors, csv, pdf, leaves, tuple(broken))


def with_other_banks(plugins: Plugins, tables: Iterable[str]) -> Plugins:
    """The plugins with a connector for each table of settings that names another bank of one, such as `cdr.AU95010`.

    Raises PluginError for a table whose connector reads one bank only, or whose institution another connector serves.
    """
    by_name = {each.upstream.name: each for each in plugins.connectors.values() if isinstance(each, HasUpstream)}
    connectors, leaves = dict(plugins.connectors), list(plugins.leaves)
    for table in sorted(tables):
        name, is_bank, institution_id = table.partition(".")
        if not is_bank or name not in by_name:
            continue
        connector = by_name[name]
        if not isinstance(connector, ServesOtherBanks):
            able = ", ".join(sorted(each for each, known in by_name.items() if isinstance(known, ServesOtherBanks)))
            raise PluginError(f"[{table}]: {name} reads one bank only, that of [{name}]; connectors that read several: {able}")
        _serve(connectors, table, connector.at(institution_id))
        leaves.append(_connector_leaf(table, connectors[institution_id]))
    return replace(plugins, connectors=connectors, leaves=tuple(leaves))


def built_in_leaves() -> list[LeafSummary]:
    """The leaves of this package. Documents name these alone: what is installed beside them differs from one machine to another."""
    own = {folder.name for kind in ("connectors", "layouts") for folder in _folders(kind)}
    return [leaf for leaf in discover().leaves if folder_name(leaf.id) in own]


def statement_layouts() -> tuple[StatementLayout, ...]:
    """The layouts of PDF statements: those in this package, and those that others announce. Raises PluginError."""
    return tuple(layout for layout in _all_layouts([]) if isinstance(layout, StatementLayout))


def distinct(layouts: Iterable[Layout]) -> list[Layout]:
    """The layouts again. Raises PluginError where two have one id."""
    found: dict[str, Layout] = {}
    for layout in layouts:
        if found.setdefault(layout.id, layout) is not layout:
            raise PluginError(f"two layouts have the id {layout.id}: give one another generation")
    return list(found.values())


class InstitutionFile(NamedTuple):
    """The institutions that a connector brings along. `is_installed`: it is of another package than this."""

    name: str
    text: str
    is_installed: bool


def institution_files() -> Iterator[InstitutionFile]:
    """Those of this package, then those of installed ones that can be loaded."""
    modules = [(f"bowerbird.connectors.{folder.name}", False) for folder in _folders("connectors")]
    modules += [(point.value, True) for point in entry_points(group=CONNECTOR_GROUP)]
    for module_name, is_installed in modules:
        try:
            module = _within(module_name, partial(_imported, module_name)) if is_installed else _imported(module_name)
        except (Exception, SystemExit):
            if not is_installed:
                raise
            continue  # `discover` reports it
        file = resources.files(module) / "institutions.toml" if hasattr(module, "__path__") else None
        if file is not None and file.is_file():
            yield InstitutionFile(f"{module_name}/institutions.toml", file.read_text("utf-8"), is_installed)


def _connectors(serving: dict[str, Connector], broken: list[BrokenLeaf]) -> Iterator[tuple[str, Connector]]:
    """The connectors by name; `serving` gets those of each institution. The first to serve an institution keeps it."""
    for name, connector in _built_in("connectors", "CONNECTOR"):
        yield name, _serve(serving, name, connector)
    for name, connector in _announced("connectors", "CONNECTOR", broken):
        try:
            yield name, _within(f"connector {name}", partial(_serve, serving, name, connector))
        except PluginError as error:
            broken.append(BrokenLeaf(name, str(error)))


def _serve(serving: dict[str, Connector], name: str, connector: Any) -> Connector:
    """Raises PluginError for what is no connector, and for one that serves an institution of another."""
    if wrong := declaration_problem(connector):
        raise PluginError(f"connector {name} {wrong}")
    found: Connector = connector
    for institution_id in sorted(found.institutions):
        if institution_id in serving:
            raise PluginError(f"connector {name} serves {institution_id}, which another connector already serves: remove one")
    if isinstance(found, HasUpstream) and found.upstream.name in {
        each.upstream.name for each in serving.values() if isinstance(each, HasUpstream)
    }:
        raise PluginError(
            f"connector {name} has the `upstream.name` of another connector, {found.upstream.name}, and would read its settings"
        )
    serving.update(dict.fromkeys(found.institutions, found))
    return found


def _all_layouts(broken: list[BrokenLeaf]) -> list[Layout]:
    """Our own by the names of their folders, then those that installed packages announce."""
    layouts = distinct(layout for _, layout in _built_in("layouts", "LAYOUT"))
    for name, layout in _announced("layouts", "LAYOUT", broken):
        try:
            layouts = distinct([*layouts, layout])
        except (PluginError, AttributeError) as error:
            broken.append(BrokenLeaf(name, str(error)))
    return layouts


def _connector_leaf(name: str, connector: Connector) -> LeafSummary:
    tier = connector.tier if isinstance(connector, HasTier) else LeafTier.DECLARED
    return LeafSummary(name, LeafKind.CONNECTOR, tuple(sorted(connector.institutions)), tier)


def _layout_leaf(layout: Layout) -> LeafSummary:
    if isinstance(layout, StatementLayout):
        return LeafSummary(layout.id, LeafKind.PDF, (layout.institution,), layout.tier, layout.source)
    institutions = layout.institutions if isinstance(layout, NativeCsvLayout) else ()
    return LeafSummary(layout.id, LeafKind.CSV, institutions, layout.tier, layout.source)


def _folders(kind: str) -> list[Path]:
    """The folders of our own leaves of a kind, by name."""
    package = importlib.import_module(f"bowerbird.{kind}")
    inside = [entry for place in package.__path__ for entry in Path(place).iterdir()]
    return sorted(entry for entry in inside if (entry / "__init__.py").is_file() or (entry / "layout.toml").is_file())


def _built_in(kind: str, export: str) -> Iterator[tuple[str, Any]]:
    """(name of its folder, leaf)"""
    for folder in _folders(kind):
        file = folder / "layout.toml"
        leaf = _read(file) if file.is_file() else _exported(f"bowerbird.{kind}.{folder.name}", export)
        expected = folder_name(str(getattr(leaf, "id", folder.name)))
        if folder.name != expected:
            raise PluginError(f"layout {leaf.id} stands in the folder {folder.name}: name it {expected}")
        yield folder.name, leaf


def _announced(kind: str, export: str, broken: list[BrokenLeaf]) -> Iterator[tuple[str, Any]]:
    for point in entry_points(group=f"bowerbird.{kind}"):
        try:
            yield point.name, _within(point.value, partial(_exported, point.value, export))
        except (Exception, SystemExit) as error:  # noqa: BLE001  (code of others may raise anything; the server serves without it)
            why = str(error) if isinstance(error, PluginError) else f"{type(error).__name__}: {error}"
            broken.append(BrokenLeaf(point.name, why[:_LONGEST_WHY]))


def _read(file: Path) -> StatementLayout:
    try:
        return read_layout(file.read_text("utf-8"), f"{file.parent.name}/{file.name}")
    except LayoutError as error:
        raise PluginError(f"layout {error}") from error


def _exported(module_name: str, export: str) -> Any:
    try:
        return getattr(_imported(module_name), export)
    except AttributeError as error:
        raise PluginError(f"{module_name} exports no {export}: add `{export} = …` to it") from error


def _imported(module_name: str) -> ModuleType:
    """A module. What it prints goes to standard error: standard output is the command's own, whose JSON other programs read."""
    with redirect_stdout(sys.stderr):
        return importlib.import_module(module_name)


def _within(name: str, ask: Callable[[], T]) -> T:
    """What code of others answers, asked on a thread of its own. Raises PluginError where it goes on for too long, and each time then."""
    found: list[T] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            found.append(ask())
        except BaseException as error:  # noqa: BLE001  (raised on the thread that asks)
            raised.append(error)

    thread = Thread(target=run, name=f"leaf-{name}", daemon=True)
    if name not in _silent:
        with redirect_stdout(sys.stderr):  # here: what never ends would keep it
            thread.start()
            thread.join(IMPORT_SECONDS)
    if not found and not raised:
        _silent.add(name)
        raise PluginError(
            f"{name} does not answer within {IMPORT_SECONDS} seconds: `bowerbird connector check` names the line it stands at"
        )
    if raised:
        raise raised[0]
    return found[0]
