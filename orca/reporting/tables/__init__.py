"""One file per table: `TABLE` says which tasks, methods and published numbers it compares."""
