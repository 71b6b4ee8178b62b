"""Who may do what, who may see what, and the words by which records are found."""
