"""A person's own files: their tables and arrays, read so that nothing is taken for what it is not."""
