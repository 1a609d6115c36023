"""Payments of government agencies to people."""
