"""One file per body, each declaring `BODY`."""
