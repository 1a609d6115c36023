"""Leaves: statement and CSV layouts as data. Found by the registry, never imported."""
