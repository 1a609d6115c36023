"""Bowerbird: a self-hosted open-banking aggregation server."""

__version__ = "0.1.0"
