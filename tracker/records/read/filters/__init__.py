"""Filters of lists: the values of parameters, and the conditions made of them."""
