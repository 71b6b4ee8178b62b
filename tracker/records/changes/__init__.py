"""What has changed in public, for whoever keeps a copy.

The function that writes the history also notes each row that changed (`Touched`), with its keys before and
after. `announcing` finds the records that show such a row, compares the public form of each with the one that
was announced last, and gives those that differ a number. So a hidden edit leaves nothing.
"""
