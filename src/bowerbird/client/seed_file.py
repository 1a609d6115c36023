"""Seed files as a sandbox's reset takes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
import yaml

from bowerbird.named_files import read_text


class SeedNotRead(ValueError):
    """A file that is neither YAML nor JSON: says which, and where."""


SeedContent: TypeAlias = Any
"""The content of a seed file as JSON has it: an object, where the file is right."""


def read_seed(file: Path) -> SeedContent:
    """The file as JSON has it. Raises SeedNotRead."""
    try:
        return json.loads(msgspec.json.encode(yaml.safe_load(read_text(file))))
    except (yaml.YAMLError, UnicodeDecodeError, TypeError) as error:
        raise SeedNotRead(f"{file} is neither YAML nor JSON: {' '.join(str(error).split())}") from error
