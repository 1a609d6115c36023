"""The page map of the API reference: open to anyone, as the description is; only operators create keys and send requests."""

from __future__ import annotations

from bowerbird.web.kernel.page import Page, PageAccess
from bowerbird.web.reference import keys, reading

REFERENCE_PAGES: tuple[Page, ...] = (
    Page("show_reference", "GET", "/docs", reading.show_reference, PageAccess.ANYONE),
    Page("show_group", "GET", "/docs/{group}", reading.show_group, PageAccess.ANYONE),
    Page("create_temporary_key", "POST", "/docs/key", keys.create_temporary_key),
    Page("revoke_temporary_key", "POST", "/docs/key/forget", keys.revoke_temporary_key),
    Page("try_operation", "POST", "/docs/try", reading.try_operation),
)
