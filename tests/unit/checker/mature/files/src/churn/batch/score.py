from ..monitoring import prediction_log
from ..serving.guard import Guard


def score(rows: list[dict]) -> dict[str, object]:
    """Score and record."""
    flags = Guard().flags(rows)
    scored = [{"prediction": 0.5, "in_domain": not own, "flags": own} for own in flags]
    prediction_log.append(rows, scored, "17")
    return {"rows": len(rows), "scored": scored, "scheduled_at": None, "delivered_at": None}
