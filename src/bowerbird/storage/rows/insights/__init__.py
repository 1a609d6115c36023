"""Rows of insights: what transactions mean, and the snapshots of figures."""
