"""Who may do what, who may see what, and by which words it is found."""
