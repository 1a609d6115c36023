"""Pages for people: dashboard, consent pages, API reference. Imports nothing of the API."""
