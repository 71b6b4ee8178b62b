"""What is written down: changes, who read confidential records, takedowns."""
