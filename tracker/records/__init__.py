"""The kernel: what all records have in common, whatever they are about.

Each package imports only from those before it.
"""

ORDER = (
    "values",
    "protocol",
    "policy",
    "audit",
    "protection",
    "workflow",
    "base",
    "accounts",
    "revisions",
    "shapes",
    "read",
    "write",
    "changes",
    "api",
    "admin_site",
    "admin",
)
INNER = ("accounts", "revisions", "write", "changes", "admin_site")  # the apps do without them
