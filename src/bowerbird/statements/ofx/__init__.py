"""Statements as OFX."""
