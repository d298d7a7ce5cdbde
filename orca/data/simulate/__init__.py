"""The benchmarks' partial differential equations, solved: one file per equation."""
