"""Lists of the admin: columns, filters, likely duplicates."""
