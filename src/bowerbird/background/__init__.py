"""When a job advances, a message is delivered, a consent ends: inside the server, or on workers of a fleet."""
