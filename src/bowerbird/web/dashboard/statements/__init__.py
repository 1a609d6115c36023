"""Pages about statements: the file, its rows, its proof, unknown layouts."""
