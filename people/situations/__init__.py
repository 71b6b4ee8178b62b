"""What is known of a person on a day, computed from the events of their cases."""
