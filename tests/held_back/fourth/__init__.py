"""A fourth set of prints, made by other hands: 41 kinds, 82 prints, every name and figure made up."""
