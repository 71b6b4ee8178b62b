"""What every endpoint inherits, the endpoints of the kernel, and the OpenAPI document."""
