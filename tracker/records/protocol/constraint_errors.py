"""Database errors in words that reveal no other row."""

from contextlib import contextmanager

from django.apps import apps
from django.db import DataError, IntegrityError, connection
from django.db.models import CheckConstraint, UniqueConstraint
from rest_framework import exceptions, status

from .strict_json import Invalid

GONE = "Something that it refers to was deleted meanwhile, or something now refers to it."


class StateConflict(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT


@contextmanager
def put_in_words(path="", status=400):
    """Turns database errors inside into Invalid at a place or, with status 409, into Conflict.

    References are checked before the transaction ends; afterward, the error could not be reported.
    """
    try:
        yield
    except (IntegrityError, DataError) as error:
        sentence = error_message(error)
        raise (StateConflict(sentence) if status == 409 else Invalid({path: sentence})) from None


@contextmanager
def together(model):
    """Lets rows of a model swap unique values inside. They are compared at the end."""
    names = ", ".join(rule.name for rule in model._meta.constraints if getattr(rule, "deferrable", None))
    with connection.cursor() as cursor:
        if names:
            cursor.execute(f"SET CONSTRAINTS {names} DEFERRED")
        yield
        if names:
            cursor.execute(f"SET CONSTRAINTS {names} IMMEDIATE")


def check_references():
    """Makes the database check foreign keys now instead of at the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def error_message(error):
    """The message of a database error, from the constraint that it names."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if name and constraint.name == name:
                return constraint_message(constraint)
    return GONE if isinstance(error, IntegrityError) else "A value is too large to be stored."


def constraint_message(constraint):
    """The message for a violated constraint."""
    if constraint.violation_error_message != constraint.default_violation_error_message:
        return constraint.get_violation_error_message()
    if isinstance(constraint, UniqueConstraint):
        names = [name for name in constraint.fields if name not in ("record", "user")]
        return f"Another one has the same {' and '.join(names)}."
    kind = "check" if isinstance(constraint, CheckConstraint) else "rule"
    return f"A {kind} of the database does not allow this."
