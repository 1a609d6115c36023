"""Published clients of the protocol, as other people wrote them, against a running server."""
