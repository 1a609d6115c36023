"""The schema's history: one revision a change, replayed in order."""
