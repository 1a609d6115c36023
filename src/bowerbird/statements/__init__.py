"""Statements: bytes in, proven accounts and transactions out, or a refusal that says where they fail."""
