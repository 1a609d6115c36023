"""What is stored of reading banks: the pages of listings that are not whole yet."""
