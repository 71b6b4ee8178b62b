"""What the product is compared with: statements written by hand, and plain Django REST framework."""
