"""What is stored of jobs, which are the queue as well."""
