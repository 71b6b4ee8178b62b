"""Request limits, strict parsing of what is sent, and the form of errors."""
