"""What is logged: changes, reads of confidential records, takedowns."""
