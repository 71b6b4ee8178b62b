"""What the API shows of dialogues and statements, and what it filters them by."""
