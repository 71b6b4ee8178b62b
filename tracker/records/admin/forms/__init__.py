"""Fields and forms of the admin, and what happens when two people edit one record."""
