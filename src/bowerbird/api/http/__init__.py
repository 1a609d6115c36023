"""The HTTP server: connections, admission, the request queue, request and response."""
