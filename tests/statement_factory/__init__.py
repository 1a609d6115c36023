"""Bank statements made up from what is known of each bank's print, with the rows they hold; and ways to spoil them.

Nothing here imports the statement engine: the printers are written from the facts, so that the engine is really tested.
"""
