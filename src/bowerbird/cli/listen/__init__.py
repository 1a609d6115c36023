"""`bowerbird listen`: the events of an application, forwarded to a developer's machine."""
