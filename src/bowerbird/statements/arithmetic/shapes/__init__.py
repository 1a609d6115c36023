"""Shapes of prints beside the plain table."""
