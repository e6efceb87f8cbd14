"""In which published flows something that another room keeps, such as a question, stands in a letter."""

from flows.models import Flow


def holding(kind: str, slug: str) -> list[str]:
    """The names of the flows whose current letters hold this, in order; those that stand still among them."""
    rows = Flow.objects.filter(**{f"current__steps__letter_version__holds__{kind}": slug})
    return list(rows.order_by("name").values_list("name", flat=True).distinct())
