"""The admin of accounts, of tokens and of the access log."""
