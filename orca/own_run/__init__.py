"""One command from a person's file to a table: guess, write the entry, run the workflow, report."""
