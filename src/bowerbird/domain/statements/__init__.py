"""Uploaded statements: upload, parsing job, records, continuity."""
