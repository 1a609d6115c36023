"""Pages for people: the dashboard and what else a browser shows. Knows nothing of the API beside it."""
