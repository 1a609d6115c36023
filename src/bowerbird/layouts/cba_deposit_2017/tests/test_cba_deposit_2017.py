"""The layout is read from its folder, and its samples by it; the scrambled one to the rows that its publisher's program reads."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from bowerbird.sdk.conformance import PdfLayoutChecks, samples_in


class TestCbaDeposit2017(PdfLayoutChecks):
    def test_the_rows_are_those_of_the_publisher(self) -> None:
        (sample,) = (file for file in samples_in(self.folder()) if ".runs" in file.suffixes)
        (account,) = json.loads((sample.parent / "goalsaver.json").read_text("utf-8"))["accounts"]
        published = [
            {
                "posted": datetime.fromtimestamp(row["date"] / 1000, UTC).date().isoformat(),
                "amount": f"{row['amount']:.2f}",
                "description": row["description"],
                "balance": f"{row['balance']:.2f}",
            }
            for row in json.loads(sample.read_text("utf-8"))["statement_data"]["proto_transactions"]
        ]
        assert account["transactions"] == published
