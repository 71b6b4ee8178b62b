"""Errors as problem+json (RFC 9457), the form of all error answers."""

import difflib
from http import HTTPStatus

from django.http import JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions, status
from rest_framework.views import exception_handler

TYPE = "application/problem+json"


class BadParameters(exceptions.APIException):
    """400 that names each wrong query parameter: {parameter: sentence}."""

    status_code = status.HTTP_400_BAD_REQUEST

    def __init__(self, errors):
        super().__init__("A query parameter is wrong.")
        self.errors = [{"parameter": name, "detail": sentence} for name, sentence in errors.items()]


class Gone(exceptions.APIException):
    status_code = status.HTTP_410_GONE
    default_detail = "This was published and has been withdrawn."


def problem(code, detail, errors=(), headers=None):
    """A problem+json response. `errors` are dicts with `parameter` or `pointer`, and `detail`."""
    body = {"type": "about:blank", "title": HTTPStatus(code).phrase, "status": code, "detail": detail}
    if errors:
        body["errors"] = list(errors)
    return JsonResponse(body, status=code, content_type=TYPE, headers=headers)


def handle(error, context):
    """The exception handler of the API."""
    response = exception_handler(error, context)
    if response is None:
        return None
    headers = {
        name: response[name] for name in ("WWW-Authenticate", "Allow", "Retry-After") if name in response
    }
    own = str(getattr(error, "detail", ""))
    sentence = SENTENCES.get(response.status_code, own)
    if own and response.status_code in (400, 403, 406, 413):  # these say what is wrong
        sentence = own
    return problem(response.status_code, sentence, getattr(error, "errors", ()), headers)


SENTENCES = {
    400: "The request cannot be understood.",
    403: "This is not allowed.",
    404: "Nothing is here.",
    405: "This method is not allowed here.",
    406: "This format is not available.",
    411: "Send the length of the body in Content-Length.",
    413: "The request is too large. Split it into several requests.",
    414: "The address is too long.",
    415: "Send application/json in UTF-8, uncompressed.",
    431: "The request has too many headers, or they are too long.",
    500: "Something failed on the server. The error was logged.",
}


@csrf_exempt
def not_found(request, *args, **kwargs):
    """The answer for every path under the API that is not an endpoint, with any method."""
    hint = "" if request.path.endswith("/") else " Every address of the API ends with a slash."
    return problem(404, f"{SENTENCES[404]}{hint}")


def nearest(name, names):
    """A sentence with the valid names that are most similar to this one."""
    near = difflib.get_close_matches(name, names, 3, 0.4)
    return f"Did you mean {' or '.join(near)}?" if near else f"Valid names are {', '.join(sorted(names))}."
