"""In which format a client gets its answer."""

from rest_framework import exceptions, negotiation, renderers

from .format import Format


class Renderer(renderers.JSONRenderer):
    """A format as DRF knows it, which decides by it and renders nothing: the answers are bytes already."""

    def __init__(self, made_of: Format):
        self.made_of, self.format, self.media_type = made_of, made_of.slug, made_of.media_type


class Negotiation(negotiation.DefaultContentNegotiation):
    """As DRF's, but `format` wins over Accept, and who asks for another format is told which there are."""

    def get_accept_list(self, request):
        return ["*/*"] if "format" in request.query_params else super().get_accept_list(request)

    def select_renderer(self, request, renderers, format_suffix=None):
        try:
            return super().select_renderer(request, renderers, format_suffix)
        except exceptions.NotAcceptable:
            known = " or ".join(one.media_type for one in renderers)
            raise exceptions.NotAcceptable(f"This format is not available here. Ask for {known}.") from None
