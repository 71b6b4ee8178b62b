"""How records are connected with conflicts: lists of all kinds can be filtered by conflict."""

from .models import Conflict, Organization, PersecutionCase, Person

ties = {  # model -> paths to the conflicts of its records; later apps add theirs
    Person: ["cases.conflict", "acted_in.case.conflict"],
    Organization: ["cases.conflict", "acted_in.case.conflict", "recognitions.case.conflict"],
    PersecutionCase: ["conflict"],
}


def tied(about, *models, **keys):
    """The filter `conflict` for records of these models, or for records that refer to them (key=model)."""

    def paths():
        own = [path for model in models for path in ties[model]]
        return own + [f"{key}.{path}" for key, model in keys.items() for path in ties[model]]

    return {"conflict": (Conflict, paths, about)}
