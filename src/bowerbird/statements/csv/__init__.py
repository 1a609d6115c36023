"""Statements as CSV: the published form and the banks' own exports."""
