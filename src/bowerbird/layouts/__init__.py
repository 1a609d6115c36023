"""Leaves: one file a layout, each exporting LAYOUT. Nobody imports them; the registry finds them."""
