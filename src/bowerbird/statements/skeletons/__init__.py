"""The skeleton of a statement: how it is written, and nothing of what it says."""
