from django.apps import AppConfig

from tracker.server import checks  # noqa: F401 (importing registers them)


class TrackerConfig(AppConfig):
    name = "tracker"
    verbose_name = "Dialogue tracker"
