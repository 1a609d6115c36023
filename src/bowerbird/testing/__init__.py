"""For other people's test suites: a sandbox of their own, and a pytest plugin that hands it out (docs/guides/test-suites.md)."""
