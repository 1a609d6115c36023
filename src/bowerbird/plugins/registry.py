"""Finds the leaves: connectors and statement layouts, those in this package and those a third party installs.

A folder under `connectors/` exports CONNECTOR, a module under `layouts/` exports LAYOUT. Installed packages announce theirs under
the entry-point groups "bowerbird.connectors" and "bowerbird.layouts".
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
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


def _leaves(kind: str, export: str) -> Iterator[tuple[str, Any]]:
    package = importlib.import_module(f"bowerbird.{kind}")
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    for name in names:
        yield name, _exported(f"bowerbird.{kind}.{name}", export)
    for point in _announced(f"bowerbird.{kind}"):
        yield point.name, _exported(point.value, export)


def _announced(group: str) -> Iterable[Any]:
    return entry_points(group=group)


def _exported(module_name: str, export: str) -> Any:
    try:
        return getattr(importlib.import_module(module_name), export)
    except AttributeError as error:
        raise PluginError(f"{module_name} exports no {export}: add `{export} = …` to it") from error
