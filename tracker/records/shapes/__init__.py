"""What a record looks like in the API, and the SQL that is made of it."""
