"""The operator's pages: one module a noun."""
