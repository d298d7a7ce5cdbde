"""Every method of both papers on the demo's tasks, beside each other."""

from dataclasses import replace

from orca.reporting.tables.demo import TABLE as DEMO

TABLE = replace(
    DEMO,
    title="Every method on the demo's tasks",
    comparison="every_method",
    caption=(
        "Test scores, mean and sample standard deviation over n seeds. The settings of a task are "
        "those that the search over plain fine-tuning found, for every method alike. Visual "
        "prompts keep the embedder as it starts, which for a body of sequences is at random."
    ),
)
