"""Assistants: a server of the Model Context Protocol that reads one user's accounts over the API. An extra; nothing else imports it."""
