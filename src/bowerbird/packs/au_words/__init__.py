"""Words that say what a shop is, and words that say nothing."""
