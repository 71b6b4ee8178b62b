"""What a request may hold, how often, and how errors are answered."""
