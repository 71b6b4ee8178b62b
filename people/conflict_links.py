"""Which conflicts records are connected with: lists of all kinds are filtered by the conflict."""

from .models import Conflict, Organization, PersecutionCase, Person

ties = {  # model -> paths to the conflicts of its records; later apps add theirs
    Person: ["cases.conflict", "acted_in.case.conflict"],
    Organization: ["cases.conflict", "acted_in.case.conflict", "recognitions.case.conflict"],
    PersecutionCase: ["conflict"],
}


def tied(about, *models, **keys):
    """The filter `conflict` of records of these models, or of those that these keys lead to (key=model)."""

    def paths():
        own = [path for model in models for path in ties[model]]
        return own + [f"{key}.{path}" for key, model in keys.items() for path in ties[model]]

    return {"conflict": (Conflict, paths, about)}
