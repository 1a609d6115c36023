"""Names of shops in Australia from the name-suggestion-index of OpenStreetMap."""
