"""What the ORCA paper says in numbers, as checks on its own numbers and on ours."""
