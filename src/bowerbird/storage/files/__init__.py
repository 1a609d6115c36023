"""Where uploaded files are stored until a job has parsed them: the database, a folder, or an S3-compatible bucket."""
