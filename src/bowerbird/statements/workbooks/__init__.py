"""Tables in files of spreadsheets and web pages: read in confined processes only."""
