"""The admin site, which Django needs before there are models: autocomplete, expired forms."""
