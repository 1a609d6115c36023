"""Reports, statements and the money of a person as PDF, from frozen figures alone: the same figures print the same bytes."""
