"""Answers as files, which begin before their last row has been read."""

from itertools import chain

from django.http import StreamingHttpResponse


def file_of(form, table, records, name, options):
    """The records as a file with this name, in a format."""
    first = list(next_or_nothing(records))
    body = form.write(table, chain(first, records), **options)
    response = StreamingHttpResponse(body, content_type=form.content_type)
    response.exported_as = form.label  # for the access log
    response["Content-Disposition"] = f'attachment; filename="{name}.{form.extension}"'
    return response


def next_or_nothing(rows):
    """Fetches the first row early, so that a database error occurs before the answer begins."""
    for line in rows:
        yield line
        return
