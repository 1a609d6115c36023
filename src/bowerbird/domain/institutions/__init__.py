"""Institutions and their connectors."""
