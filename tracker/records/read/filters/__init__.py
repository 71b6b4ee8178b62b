"""Filters of lists: parsing parameter values, and building conditions from them."""
