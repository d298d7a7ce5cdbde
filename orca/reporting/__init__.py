"""Tables, figures and the report, made from score files and published numbers alone."""
