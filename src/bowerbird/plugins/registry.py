"""Finds the leaves: connectors and statement layouts, those in this package and those a third party installs.

A folder under `connectors/` exports CONNECTOR, a module under `layouts/` exports LAYOUT. A connector that serves institutions which
the built-in catalogue does not know brings an `institutions.toml` in its folder. Installed packages announce theirs under
the entry-point groups "bowerbird.connectors" and "bowerbird.layouts".
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from importlib.metadata import entry_points
from typing import Any

from bowerbird.sdk.connector import Connector
from bowerbird.sdk.layout import CsvLayout
from bowerbird.sdk.native_layout import NativeCsvLayout


class PluginError(Exception):
    """A leaf that cannot be used: it says which, and what to change."""


@dataclass(frozen=True, slots=True)
class Plugins:
    """The connectors by the institution ids they serve, and the CSV layouts: the published one and those of banks' own exports."""

    connectors: dict[str, Connector]
    csv_layouts: tuple[CsvLayout | NativeCsvLayout, ...]

    def connector_for(self, origin: str) -> Connector | None:
        return self.connectors.get(origin)


def discover() -> Plugins:
    """Load every leaf. Raises PluginError when one is broken or two serve the same institution."""
    connectors: dict[str, Connector] = {}
    for name, connector in _leaves("connectors", "CONNECTOR"):
        if not isinstance(getattr(connector, "institutions", None), frozenset):
            raise PluginError(f"connector {name} has no frozenset `institutions`: name the institution ids it serves")
        for institution_id in sorted(connector.institutions):
            if institution_id in connectors:
                raise PluginError(f"connector {name} serves {institution_id}, which another connector already serves: remove one")
            connectors[institution_id] = connector
    layouts = tuple(layout for _, layout in _leaves("layouts", "LAYOUT") if isinstance(layout, CsvLayout | NativeCsvLayout))
    return Plugins(connectors, layouts)


def institution_files() -> Iterator[tuple[str, str]]:
    """(name, text) of the institutions that connectors bring along."""
    for _, module_name in _modules("connectors"):
        module = importlib.import_module(module_name)
        file = resources.files(module) / "institutions.toml" if hasattr(module, "__path__") else None
        if file is not None and file.is_file():
            yield f"{module_name}/institutions.toml", file.read_text("utf-8")


def _leaves(kind: str, export: str) -> Iterator[tuple[str, Any]]:
    for name, module_name in _modules(kind):
        yield name, _exported(module_name, export)


def _modules(kind: str) -> Iterator[tuple[str, str]]:
    """(name, module) of the leaves of a kind: our own by name, then those that installed packages announce."""
    package = importlib.import_module(f"bowerbird.{kind}")
    for name in sorted(module.name for module in pkgutil.iter_modules(package.__path__)):
        yield name, f"bowerbird.{kind}.{name}"
    for point in entry_points(group=f"bowerbird.{kind}"):
        yield point.name, point.value


def _exported(module_name: str, export: str) -> Any:
    try:
        return getattr(importlib.import_module(module_name), export)
    except AttributeError as error:
        raise PluginError(f"{module_name} exports no {export}: add `{export} = …` to it") from error
