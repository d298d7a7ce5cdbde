"""One file per distance, each declaring `DISTANCE`."""
