"""Rows of insights: what transactions mean."""
