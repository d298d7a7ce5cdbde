"""ORCA, Table 23: in-modality transfer, on DomainNet."""

from orca.reporting.quantities import Complement
from orca.reporting.table import Entry, ScoreTable, methods

DOMAINS = ("real", "painting", "sketch", "clipart")

TABLE = ScoreTable(
    title="DomainNet: alignment within a modality",
    paper="orca_icml2023",
    number="23",
    rows=tuple(
        Entry(
            name=f"domainnet_{domain}",
            title=domain.capitalize(),
            task=f"domainnet_{domain}",
            quantity=Complement("accuracy_pct", "accuracy (%)", "zero_one_error_pct"),
            published={"metric": "error_pct_as_captioned"},
        )
        for domain in DOMAINS
    ),
    columns=methods("finetune", "orca"),
    caption=(
        "The paper's caption calls these errors, lower better; its text and their size (93.6 to "
        "96.7) say accuracies, and so they are read here. See config/published/README.md, N6."
    ),
)
