"""Tables by family: `TABLES` says which tasks, methods and published numbers each compares."""
