"""Jobs, their steps, and how a step advances."""
