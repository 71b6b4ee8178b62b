"""What the API shows and takes of dialogues and of what is said about them."""
