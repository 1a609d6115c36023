"""`bowerbird alert`: alerts of an application on failure rates."""
