"""Ways of tuning: one file per method, each declaring `METHOD`."""
