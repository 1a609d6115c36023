"""Rows and their queries, one module a noun."""
