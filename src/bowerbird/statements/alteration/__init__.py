"""Signs that a PDF was altered after the bank made it. Their absence proves nothing: the words are "no sign of alteration"."""
