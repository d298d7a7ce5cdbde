"""Tasks, their raw files, and their prepared arrays."""
