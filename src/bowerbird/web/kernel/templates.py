"""Templates: Jinja2 with everything escaped, each compiled on its first use. A missing name is an error."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from bowerbird.web.kernel import words
from bowerbird.web.kernel.assets import Assets


class Templates:
    def __init__(self, assets: Assets) -> None:
        self._environment = Environment(
            loader=PackageLoader("bowerbird.web", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
        )
        self._environment.globals["asset"] = assets.address
        self._environment.filters |= {
            "money": words.money,
            "moment": words.moment,
            "exact": words.exact,
            "iso": words.iso,
            "day": words.day,
            "date_of": words.date_of,
            "number": words.number,
            "counted_to": words.counted_to,
            "listed": words.listed,
            "size": words.size,
            "span": words.span,
            "stretch": words.stretch,
            "label": words.label,
            "drawn": words.drawn,
        }

    def render(self, name: str, values: dict[str, Any]) -> bytes:
        return self._environment.get_template(name).render(values).encode()
