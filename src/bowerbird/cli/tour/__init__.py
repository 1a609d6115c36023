"""`bowerbird demo`: a walk through the API of a running server."""
