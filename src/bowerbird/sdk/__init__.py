"""All that a leaf (a connector, a layout) may import besides the model and the codes."""
