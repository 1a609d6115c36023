"""Held-back samples: files made by code for measuring the statement readers, never for tuning them."""
