"""ORCA (ICML 2023) on NAS-Bench-360: Tables 2, 3, 6 to 13 and 24, and what Figure 4 is drawn from."""

from dataclasses import replace

from orca.reporting.axis import Axis, baselines, methods, tasks
from orca.reporting.benchmarks import NAS_BENCH_360
from orca.reporting.facts import FactsTable
from orca.reporting.quantities import ALIGNING, FINETUNING, Percentage, RecordValue, WallTime
from orca.reporting.score_table import ScoreTable

PAPER = "orca_icml2023"
HELD_OUT_DISTANCE = "alignment.held_out_distance"  # in the record of a run
TOTAL = WallTime("total_runtime_hours", "hours", (*ALIGNING, *FINETUNING))
AFTER_ALIGNMENT = RecordValue("otdd_after_alignment", "OTDD after alignment", HELD_OUT_DISTANCE)

MAIN = ScoreTable(
    title="Prediction errors on ten diverse tasks",
    paper=PAPER,
    number="2",
    rows=NAS_BENCH_360,
    columns=(
        *baselines(
            hand_designed="Hand-designed",
            nas_bench_360="NAS-Bench-360",
            dash="DASH",
            perceiver_io="Perceiver IO",
        ),
        *methods("fpt", "orca"),
    ),
    spread_from="7",
    caption=(
        "NAS-Bench-360 is the best of that benchmark's AutoML methods on each task; FPT tunes the "
        "layer norms only. Table 7 of the paper has the same numbers with their spreads."
    ),
)
ABLATION = ScoreTable(
    title="Alignment or none, all weights or layer norms",
    paper=PAPER,
    number="3",
    rows=NAS_BENCH_360,
    columns=methods("scratch", "finetune", "orca", "fpt", "orca_layernorm"),
    spread_from="8",
    caption="Prediction errors. Table 8 of the paper has the same numbers with their spreads.",
)

TABLES = {
    "figure_4_left": ScoreTable(
        title="Error and distance by epochs of alignment",
        paper=PAPER,
        published_as="figure_4_left",
        unpublished="not printed",
        row_title="aligned for",
        rows=tuple(
            Axis(
                name=f"{task}_{epochs}",
                title=f"{epochs} epochs",
                task=task,
                method=f"orca_after_{epochs}",
                group=task,
            )
            for task in ("satellite", "ninapro", "deepsea")
            for epochs in (0, 5, 10, 20, 40, 60)
        ),
        columns=(
            Axis(name="error", title="Error"),
            Axis(
                name="distance",
                title="Distance",
                quantity=replace(AFTER_ALIGNMENT, title="OTDD"),
            ),
        ),
        ranked=False,
        caption="The paper shows a curve for each task, and prints none of its numbers.",
    ),
    "figure_4_right": ScoreTable(
        title="Satellite by share of the training data",
        paper=PAPER,
        published_as="figure_4_right",
        unpublished="not printed",
        row_title="share",
        rows=tuple(
            Axis(
                name=f"satellite_{percent}",
                title=f"{percent} %",
                task="satellite" if percent == 100 else f"satellite_{percent}pct",
            )
            for percent in (1, 3, 10, 30, 100)
        ),
        columns=methods("finetune", "orca"),
        caption="The paper shows a curve, and prints none of its numbers.",
    ),
    "table_2": MAIN,
    "table_3": ABLATION,
    "table_6": FactsTable(
        title="The ten tasks of NAS-Bench-360",
        paper=PAPER,
        number="6",
        rows=NAS_BENCH_360,
        columns={
            "num_data": "samples",
            "input_dim": "dimension",
            "prediction_type": "prediction",
            "classes": "classes",
            "license": "licence",
            "learning_objective": "objective",
            "expert_arch": "hand-designed network",
        },
        textual=True,
        caption=(
            "The paper prints the large counts in thousands and millions, and the classes in the "
            "objective."
        ),
    ),
    "table_7": replace(
        MAIN,
        title="Prediction errors on ten diverse tasks, with their spreads",
        number="7",
        spread_from="",
        caption="Table 2 with the spreads that the paper prints; what they are it does not say.",
    ),
    "table_8": replace(
        ABLATION,
        title="Alignment or none, all weights or layer norms, with spreads",
        number="8",
        spread_from="",
        caption="Table 3 with the spreads that the paper prints.",
    ),
    "table_9": ScoreTable(
        title="Distances to align by",
        paper=PAPER,
        number="9",
        rows=NAS_BENCH_360,
        columns=(
            *(
                Axis(name=name, title=title, method=method, published={"method": name})
                for name, title, method in (
                    ("otdd", "OTDD", "orca"),
                    ("mmd", "MMD", "orca_mmd"),
                    ("euclidean", "Euclidean", "orca_euclidean"),
                )
            ),
            *methods("finetune", "orca_gaussian", "orca_joint"),
        ),
        caption="Prediction errors. Naive fine-tuning does not align at all.",
    ),
    "table_10": ScoreTable(
        title="Alignment or a warm start of the layer norm",
        paper=PAPER,
        number="10",
        rows=NAS_BENCH_360,
        columns=methods("orca", "finetune", "warm_init"),
        caption=(
            "Prediction errors. The warm start copies the body's embedding layer norm, as ORCA "
            "does, and does not align."
        ),
    ),
    "table_11": ScoreTable(
        title="Hours of ORCA's stages",
        paper=PAPER,
        number="11",
        rows=NAS_BENCH_360,
        columns=tuple(
            Axis(name=name, title=title, method="orca", quantity=quantity)
            for name, title, quantity in (
                ("align", "Alignment", WallTime("embedder_learning_hours", "h", ALIGNING)),
                ("finetune", "Fine-tuning", WallTime("fine_tuning_stage_hours", "h", FINETUNING)),
                (
                    "ratio",
                    "Alignment of fine-tuning",
                    Percentage("embedding_to_fine_tuning_pct", "%", ALIGNING, FINETUNING),
                ),
            )
        ),
        ranked=False,
        caption="The paper's on one NVIDIA V100; ours on the device that each cell's runs name.",
    ),
    "table_12": ScoreTable(
        title="Hours of four ways of tuning",
        paper=PAPER,
        number="12",
        rows=NAS_BENCH_360,
        columns=tuple(
            Axis(name=name, method=name, quantity=TOTAL)
            for name in ("orca", "orca_layernorm", "finetune", "fpt")
        ),
        ranked=False,
        caption="Alignment and fine-tuning together. The paper's on one NVIDIA V100.",
    ),
    "table_13": ScoreTable(
        title="Bodies and their distance after alignment",
        paper=PAPER,
        number="13",
        rows=tuple(
            row
            for task, title, metric in (
                ("deepsea", "DeepSEA (1D)", "one_minus_auroc"),
                ("spherical", "Spherical (2D)", "zero_one_error_pct"),
            )
            for row in (
                Axis(name=f"{task}_error", title=title, task=task, published={"metric": metric}),
                Axis(name=f"{task}_otdd", title=title, task=task, quantity=AFTER_ALIGNMENT),
            )
        ),
        columns=tuple(
            Axis(name=body, title=title, method="orca", body=body, published={"body": body})
            for body, title in (("roberta_base", "RoBERTa-base"), ("swin_base", "Swin-base"))
        ),
        ranked=False,
        caption=(
            "Both bodies on a task of each kind: the smaller distance should mean the smaller error."
        ),
    ),
    "table_24": ScoreTable(
        title="Alignment and visual prompting",
        paper=PAPER,
        number="24",
        rows=tasks("ninapro", "spherical", "ecg"),
        columns=(*methods("orca"), *baselines(vp="VP (ResNet-50)"), *methods("vpt")),
        caption=(
            "Prediction errors. VPT prompts the Swin that ORCA tunes; VP serves no transformer. On "
            "ECG the paper's ORCA has RoBERTa, its VPT a Swin."
        ),
    ),
}
