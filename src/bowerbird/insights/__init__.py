"""What movements of money mean: descriptor → evidence → leaf with a confidence; streams; figures as formulas over leaves.

Pure: no clock, file, socket or database. Packs are handed in.
"""
