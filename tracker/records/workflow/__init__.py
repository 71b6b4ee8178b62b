"""From draft to publication and back, now or at a later moment."""
