"""Merchant category codes (ISO 18245) and the leaves they mean."""
