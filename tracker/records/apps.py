from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "tracker.records"
    label = "records"
    verbose_name = "Sources and places"

    def ready(self):
        from .policy import public_rows, visibility  # models cannot be imported before

        public_rows.keep_stored(visibility.Visible)
