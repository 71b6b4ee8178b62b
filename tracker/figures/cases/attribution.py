"""Accusations and reasons in words that say who gives them."""

from people.choices import ChargeStage, ImpugnedActivity, Offence
from tracker.records.values.codes.vocabularies import Stance

UNNAMED_OFFENSES = (Offence.OTHER, Offence.UNKNOWN)
OF_ANYONE = (ChargeStage.ACCUSED, ChargeStage.UNKNOWN)  # stages that someone else can have brought about


def accusation(charge):
    """ "accused by the authorities of treason; convicted", from a charge as the API shows it.

    It names the authorities only if the record does: by a stage that only they can bring about, by a court,
    or by a provision of law.
    """
    stage, offence, wording = (charge[name] for name in ("stage", "offence", "wording"))
    by_authorities = stage not in OF_ANYONE or charge.get("court") or charge.get("provision")
    accused = "accused by the authorities" if by_authorities else "accused"
    if offence not in UNNAMED_OFFENSES:
        words = [f"{accused} of {Offence(offence).label.lower()}"]
    elif wording:
        words = [f"{accused}, in these words: {wording}"]
    else:
        words = [accused, "of what is not recorded"]
    if not by_authorities:
        words.append("by whom is not recorded")
    if stage == ChargeStage.UNKNOWN:
        words.append("stage not recorded")
    elif stage != ChargeStage.ACCUSED:
        words.append(ChargeStage(stage).label.lower())
    return "; ".join(words)


def reason_of_authorities(case):
    """The reason that the authorities give, and who reports it, or "" if none is recorded."""
    reason = case["stated_reason"]
    return f"according to the authorities{reported_by(case, 'stated_reason')}: {reason}" if reason else ""


def reason_of_sources(case):
    """Why it was really done, and who says so, or "" if that is not recorded."""
    activities = [ImpugnedActivity(one) for one in case["impugned_activities"]]
    labels = [one.label.lower() for one in activities if one != ImpugnedActivity.UNKNOWN]
    if not labels:
        return ""
    sources = sources_behind(case, "impugned_activities")
    who = f"according to {' and '.join(sources)}" if sources else "according to a source that is not public"
    return f"{who}, because of {' and '.join(labels)}"


def reported_by(case, name):
    sources = sources_behind(case, name)
    return f", as reported in {' and '.join(sources)}" if sources else ""


def sources_behind(case, name):
    """The titles of the sources that support a field of a case, or the case as a whole if none names it."""
    cited = [one for one in case["citations"] if one["stance"] != Stance.CONTRADICTS and one["source"]]
    own = [one for one in cited if one["field"] == name] or [one for one in cited if not one["field"]]
    return list(dict.fromkeys(one["source"]["title"] for one in own))
