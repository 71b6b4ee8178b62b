"""The OpenAPI document, made from shapes and filters."""
