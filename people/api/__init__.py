"""What the API shows and takes of people, organizations and cases."""
