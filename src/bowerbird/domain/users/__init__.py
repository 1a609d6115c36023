"""Users: an application's customers."""
