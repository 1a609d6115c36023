"""What every page shares: request and response, forms, cookies, templates, assets, words."""
