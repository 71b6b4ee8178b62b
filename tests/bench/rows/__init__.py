"""The rows of the benchmark, and how they come into the tables."""
