from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "tracker.records"
    label = "records"
    verbose_name = "Sources and places"

    def ready(self):
        from .base import filter_indexes  # models cannot be imported before
        from .policy import public_rows, visibility

        public_rows.keep_stored(visibility.Visible)
        filter_indexes.index_filtered_columns()
