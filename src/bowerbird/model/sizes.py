"""How large a part of a request may be, at the API and at the pages alike."""

from __future__ import annotations

QUERY_BYTES = 16_384
FORM_BYTES = 65_536
