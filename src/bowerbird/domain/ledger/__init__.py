"""Accounts and transactions: import, matching, reading."""
