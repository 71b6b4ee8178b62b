from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "tracker.records"
    label = "records"
    verbose_name = "Sources and places"

    def ready(self):
        from .base import text_indexes  # models cannot be imported before
        from .policy import public_rows, visibility

        public_rows.keep_stored(visibility.Visible)
        text_indexes.index_texts()
