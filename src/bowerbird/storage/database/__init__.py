"""The database itself: engines, units of work, tables, row-level security, the schema's version."""
