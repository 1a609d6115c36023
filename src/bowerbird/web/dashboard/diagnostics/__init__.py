"""Pages that explain: response codes, the request inspector, health."""
