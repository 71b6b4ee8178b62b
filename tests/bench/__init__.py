"""The benchmark: how fast the product is beside the least that its answers can cost. `make bench` runs it."""
