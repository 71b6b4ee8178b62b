"""Fields and forms of the admin, and conflicts when two people edit one record."""
