"""Figures as operations show them: summaries and reports, from classified rows."""
