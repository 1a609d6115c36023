"""Files of text in a form that no layout describes: read where the file itself leaves one reading, else refused with what is missing."""
