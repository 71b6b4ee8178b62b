"""What refuses an action on a record, as sentences."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError

from tracker.records.audit.takedown_ledger import LedgerAway
from tracker.records.protocol import constraint_errors
from tracker.records.workflow.companions import Unready

from .forms.forms import sentences, with_field_labels


def refusals(model_admin, request, record, action):
    """Call an action on a record. Returns {record: reasons for the refusal}, empty if it was done."""
    try:
        action()
    except PermissionDenied as problem:
        return {record: [str(problem)]}
    except Unready as problem:
        return problem.blockers
    except ValidationError as problem:
        return {record: sentences(problem)}
    except IntegrityError as problem:
        return {record: [with_field_labels(constraint_errors.error_message(problem))]}
    except LedgerAway as problem:  # it was done, but is not in the ledger yet
        model_admin.message_user(request, str(problem.detail), messages.ERROR)
    return {}
