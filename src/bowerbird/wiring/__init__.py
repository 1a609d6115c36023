"""Builds every object once: from settings to services, from services to a server. It alone knows of the sandbox."""
