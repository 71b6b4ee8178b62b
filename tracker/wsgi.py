"""The WSGI application."""

import gc
import logging
import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from tracker.postgres import replicas
from tracker.web.bodies import CompleteBodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")

# `manage.py serve` says that it only listens on this machine. With another server nobody knows that.
if settings.DEMO and "SERVED_LOCALLY" not in os.environ:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Set it to at least 50 random characters. For the local demo, use `make run`."
    )

# The options in DATABASE_URL come later and win.
for described in settings.DATABASES.values():
    connecting = described["OPTIONS"]
    connecting["options"] = f"{settings.TIMEOUTS} {connecting.get('options', '')}".strip()

sys.setswitchinterval(0.001)  # busy threads yield five times as often
logging.captureWarnings(True)
application = CompleteBodies(get_wsgi_application(), behind_caddy="CADDY_IN_FRONT" in os.environ)

# A full garbage collection stops all threads, for 0.2 to 0.5 s if it looks at all modules each time. What is
# loaded now stays until the end, so it is left out. The check imports all views.
get_resolver().check()
replicas.watch_all()
gc.collect()
gc.freeze()
