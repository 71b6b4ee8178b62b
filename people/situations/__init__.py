"""What is known about a person on a day, computed from the events of their cases."""
