#!/usr/bin/env python
"""Django's commands, with the embedded database under those that need one."""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from tracker.records.audit.actor import acting_as
from tracker.server import embedded


def load_settings():
    """Start the database and read the settings; what is wrong with either ends the start with a sentence."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
    try:
        embedded.start_for(sys.argv[1:])
        return settings.INSTALLED_APPS
    except (embedded.CannotStart, ImproperlyConfigured) as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    load_settings()
    try:
        with acting_as(channel=" ".join(["command", *sys.argv[1:2]])):
            execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        sys.exit(130)
