"""Reading a statement without a layout: layouts are proposed from the words alone, and the one that is proved is taken.

headers → where the tables are; anchors → what stands outside them; evidence → what their lines look like; hypotheses → layouts to try;
trial → each tried by the ordinary engine; verdict → the one reading that is proved, or why there is none.
"""
