"""Tables, units of work and queries: the only place that knows a database."""
