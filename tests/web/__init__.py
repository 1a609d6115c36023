"""The pages over HTTP: what no browser would send."""
