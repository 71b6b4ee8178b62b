"""In which format a client gets its answer."""

from rest_framework import negotiation, renderers


class JSON(renderers.JSONRenderer):
    """JSON, as the database wrote it."""


class CSV(renderers.BaseRenderer):
    media_type, format, charset = "text/csv", "csv", "utf-8"


class Negotiation(negotiation.DefaultContentNegotiation):
    """As DRF's, but `format` wins over Accept."""

    def get_accept_list(self, request):
        return ["*/*"] if "format" in request.query_params else super().get_accept_list(request)
