"""Text files as banks export them, each kind once from a public report."""
