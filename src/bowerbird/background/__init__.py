"""When a job advances: inside the server, or on workers of a fleet. What advancing means is the domain's affair."""
