"""The OpenAPI description of this server, generated."""
