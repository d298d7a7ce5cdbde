"""A person's own files: their tables and arrays, read so that nothing is taken for what it is not.

What cannot be taken as it stands is a `DataError` that names file, column or key, row and value.
"""
