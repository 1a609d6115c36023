"""Pages about response codes, inspected requests and health."""
