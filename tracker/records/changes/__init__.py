"""What has changed in public, for those who keep a copy."""
