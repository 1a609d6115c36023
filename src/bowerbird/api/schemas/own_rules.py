"""What an application says of its rows itself. These operations are our own: no published file describes them."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from bowerbird.api.schemas.wire import REQUIRED, Id, Moment, SelfLink, Url, Wire
from bowerbird.insights.own_rules import OwnRule as OwnRule  # noqa: PLC0414  (part of a body)


class OwnRulesView(Wire, omit_defaults=False, kw_only=True):
    """The rules that count, in their order; version 0, and no moment, where there never were any."""

    type: Literal["own-rules"]
    version: int
    created_date: Moment | None
    data: list[OwnRule]
    links: SelfLink


class OwnRulesBody(Wire, kw_only=True):
    """All rules, in their order. `dryRun`: say what they would change, and change nothing; `next` goes on where a dry run ended."""

    rules: Annotated[list[OwnRule], REQUIRED] = msgspec.field(default_factory=list)
    dry_run: bool = False
    next: str | None = None


class ChangedTransaction(Wire, kw_only=True):
    """A row that the rules make something else of: its leaf before and after."""

    user: Id
    transaction: Id
    before: str
    after: str


class OwnRulesChange(Wire, omit_defaults=False, kw_only=True):
    """What the rules change: `rows` of `users`, and the income of `incomes` of these. `applied` is false for a dry run.

    One answer looks at the rows of some users, the newest first, and says at how many; `next` is where the rest begins, null where none
    is left. `data` are the first of the rows that change.
    """

    type: Literal["own-rules-change"]
    version: int
    applied: bool
    rows: int
    users: int
    incomes: int
    users_looked_at: int
    rows_looked_at: int
    next: str | None
    data: list[ChangedTransaction]
    links: SelfLink


class CategoryBody(Wire, kw_only=True):
    """A leaf, such as groceries; null for what the text says."""

    category: str | None = None


class CategoryLinks(Wire, kw_only=True):
    transaction: Url


class CategoryView(Wire, omit_defaults=False, kw_only=True):
    """What a transaction is by the word of its application; null where its text says it."""

    type: Literal["category"]
    transaction: Id
    category: str | None
    links: CategoryLinks
