"""Logging in: staff, second factors, devices, sessions, and tokens of programs."""
