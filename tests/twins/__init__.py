"""Twin worlds, the requests that are asked in both, and the ways in which the rule can be broken."""
