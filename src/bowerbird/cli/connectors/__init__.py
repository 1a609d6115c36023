"""`bowerbird connector`: the connectors of this installation, their checks, and the beginning of a new one."""
