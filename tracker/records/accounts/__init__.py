"""Logging in: staff, second factors, devices, sessions, and API tokens."""
