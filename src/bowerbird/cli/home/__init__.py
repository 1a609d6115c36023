"""The household's server: one owner, one folder, no applications or keys to know."""
