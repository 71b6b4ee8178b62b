"""The admin of accounts, of tokens, and of who read what."""
