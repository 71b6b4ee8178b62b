"""What the API shows of people, organizations and cases, and what it filters them by."""
