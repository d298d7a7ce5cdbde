"""Claims about NAS-Bench-360: ORCA's sections 1, 3.4 and 4.1, Tables 2, 3 and 7 to 12."""

from orca.reporting.claim import Claim, Numbers, Outcome, outcome

FROM_SCRATCH_BETTER = {"ecg", "satellite", "deepsea"}


def _ranks(numbers: Numbers, table: str) -> tuple[dict[str, int], list[str]]:
    """Return ORCA's rank on each task (ties share the better one), and the tasks it ties on."""
    scores = numbers.scores(table)
    ranks = scores.rank(axis=1, method="min")["orca"].astype(int)
    ties = [
        task for task in scores.index if (scores.loc[task] == scores.loc[task, "orca"]).sum() > 1
    ]
    return {task: int(rank) for task, rank in ranks.items()}, [
        task for task in ties if ranks[task] == 1
    ]


def _first(table: str) -> Claim:
    def check(numbers: Numbers) -> Outcome:
        ranks, ties = _ranks(numbers, table)
        first = sum(rank == 1 for rank in ranks.values())
        tied = f", ties on {', '.join(ties)} counted" if ties else ""
        return Outcome(numbers.count(first, 7), f"{first} of {len(ranks)}{tied}")

    return Claim(
        where=f"sections 1 and 4.1, Table {table}",
        text="ORCA has the lowest error on 7 of 10 tasks",
        published="7 of 10",
        check=check,
    )


def top_three(numbers: Numbers) -> Outcome:
    """ORCA's ranks."""
    ranks, _ = _ranks(numbers, "2")
    within = sum(rank <= 3 for rank in ranks.values())
    text = f"{within} of {len(ranks)}; ranks {' '.join(map(str, ranks.values()))}"
    return Outcome(within == len(ranks), text)


def beats_hand_designed(numbers: Numbers) -> Outcome:
    """ORCA and the networks made for each task."""
    scores = numbers.scores("2", ("orca", "hand_designed"))
    better = scores["orca"] < scores["hand_designed"]
    return outcome(int(better.sum()), len(scores), list(scores.index[~better]))


def beats_automl(numbers: Numbers) -> Outcome:
    """ORCA and the better of the AutoML methods."""
    scores = numbers.scores("2", ("orca", "nas_bench_360", "dash"))
    lost = sorted(scores.index[scores["orca"] >= scores[["nas_bench_360", "dash"]].min(axis=1)])
    ranks, _ = _ranks(numbers, "2")
    text = ", ".join(f"{task} (rank {ranks[task]})" for task in lost) or "none"
    if numbers.side == "ours":
        return Outcome(set(lost) <= {"deepsea", "ninapro"}, f"lost: {text}")
    as_said = lost == ["deepsea", "ninapro"] and (ranks["deepsea"], ranks["ninapro"]) == (2, 3)
    return Outcome(as_said, f"lost: {text}")


def beats_finetuning(numbers: Numbers) -> Outcome:
    """ORCA and fine-tuning, all weights."""
    scores = numbers.scores("3", ("orca", "finetune"))
    better = scores["orca"] < scores["finetune"]
    return outcome(int(better.sum()), len(scores), list(scores.index[~better]))


def better_in_both_settings(numbers: Numbers) -> Outcome:
    """ORCA and FPT, layer norms only."""
    scores = numbers.scores("3", ("orca_layernorm", "fpt"))
    better = scores["orca_layernorm"] < scores["fpt"]
    return outcome(int(better.sum()), len(scores), list(scores.index[~better]))


def gains_less_by_layer_norms(numbers: Numbers) -> Outcome:
    """Mean relative error that alignment takes away, in both settings."""
    scores = numbers.scores("3", ("orca", "finetune", "orca_layernorm", "fpt"))
    full = 100 * (1 - scores["orca"] / scores["finetune"]).mean()
    norms = 100 * (1 - scores["orca_layernorm"] / scores["fpt"]).mean()
    return Outcome(
        bool(norms < full), f"{norms:.1f} % with layer norms, {full:.1f} % with all weights"
    )


def scratch_between(numbers: Numbers) -> Outcome:
    """Training from scratch between ORCA and fine-tuning."""
    scores = numbers.scores("3", ("scratch", "orca", "finetune"))
    between = scores["scratch"].gt(scores["orca"]) & scores["scratch"].lt(scores["finetune"])
    found = list(scores.index[between])
    return Outcome(set(found) >= FROM_SCRATCH_BETTER, ", ".join(found) or "on no task")


def full_beats_layer_norms(numbers: Numbers) -> Outcome:
    """All weights or layer norms, with alignment and without."""
    scores = numbers.scores("3", ("orca", "finetune", "orca_layernorm", "fpt"))
    without = int((scores["finetune"] < scores["fpt"]).sum())
    with_it = int((scores["orca"] < scores["orca_layernorm"]).sum())
    half = len(scores) / 2
    text = f"{without} of {len(scores)} without alignment, {with_it} with it"
    return Outcome(without > half and with_it > half, text)


def spreads_less(numbers: Numbers) -> Outcome:
    """Spreads of ORCA and fine-tuning."""
    spreads = numbers.spreads("8", ("orca", "finetune"))
    less = spreads["orca"] < spreads["finetune"]
    return outcome(int(less.sum()), len(spreads), list(spreads.index[~less]))


def otdd_is_best(numbers: Numbers) -> Outcome:
    """Tasks won by each distance."""
    scores = numbers.scores("9", ("otdd", "mmd", "euclidean"))
    won = {name: int((scores[name] == scores.min(axis=1)).sum()) for name in scores}
    text = ", ".join(f"{name} {count}" for name, count in won.items())
    return Outcome(max(won, key=lambda name: won[name]) == "otdd", f"tasks won: {text}")


def every_distance_beats_finetuning(numbers: Numbers) -> Outcome:
    """Each distance and fine-tuning, task by task."""
    scores = numbers.scores("9", ("otdd", "mmd", "euclidean", "finetune"))
    distances = scores.drop(columns="finetune")
    better = distances.lt(scores["finetune"], axis=0)
    rest = [
        f"{name} on {task}"
        for task in better.index
        for name in better
        if not better.loc[task, name]
    ]
    return outcome(int(better.to_numpy().sum()), better.size, rest)


def warm_start_depends(numbers: Numbers) -> Outcome:
    """Tasks that the warm start helps."""
    scores = numbers.scores("10", ("warm_init", "finetune"))
    helps = scores["warm_init"] < scores["finetune"]
    as_said = helps["spherical"] and helps["cosmic"] and not helps["darcy_flow"]
    return Outcome(bool(as_said), f"helps on {', '.join(scores.index[helps]) or 'none'}")


def ratios_are_of_hours(numbers: Numbers) -> Outcome:
    """The printed ratios and those of the printed hours."""
    hours = numbers.scores("11")
    ratios = 100 * hours["align"] / hours["finetune"]
    off = hours.index[(ratios - hours["ratio"]).abs() > 0.5]
    text = ", ".join(f"{task} {ratios[task]:.1f} for {hours['ratio'][task]:g}" for task in off)
    return Outcome(not len(off), f"off by more than rounding: {text or 'none'}")


def alignment_is_cheap(numbers: Numbers) -> Outcome:
    """Mean share of alignment in fine-tuning's time."""
    hours = numbers.scores("11", ("align", "finetune"))
    mean = float((100 * hours["align"] / hours["finetune"]).mean())
    said = round(mean) == 11 if numbers.side == "theirs" else mean <= 11.5
    return Outcome(said, f"{mean:.1f} %")


def hours_add_up(numbers: Numbers) -> Outcome:
    """ORCA's total and its stages."""
    stages = numbers.scores("11", ("align", "finetune")).sum(axis=1)
    gap = (numbers.scores("12", ("orca",))["orca"] - stages).abs().max()
    return Outcome(bool(gap < 0.051), f"largest gap {gap:.2g} h")


def layer_norms_save_little(numbers: Numbers) -> Outcome:
    """How much faster layer norms alone are."""
    hours = numbers.scores("12")
    without = (hours["finetune"] / hours["fpt"]).max()
    with_it = (hours["orca"] / hours["orca_layernorm"]).max()
    text = f"at most {without:.2f} without alignment, {with_it:.2f} with it"
    return Outcome(bool(max(without, with_it) < 2), text)


CLAIMS = {
    "T2.first": _first("2"),
    "T2.top3": Claim(
        where="section 1",
        text="ORCA is among the first three on every task",
        published="10 of 10",
        check=top_three,
    ),
    "T2.hand_designed": Claim(
        where="section 4.1",
        text="ORCA is better than the hand-designed networks on every task",
        published="10 of 10",
        check=beats_hand_designed,
        known="N1",
    ),
    "T2.automl": Claim(
        where="section 4.1",
        text="ORCA beats every AutoML method but on DeepSEA (second) and NinaPro (third)",
        published="deepsea (rank 2), ninapro (rank 3)",
        check=beats_automl,
    ),
    "T7.first": _first("7"),
    "T3.finetune": Claim(
        where="section 4.1, Table 3",
        text="ORCA is better than fine-tuning on every task",
        published="10 of 10",
        check=beats_finetuning,
    ),
    "T3.layernorm": Claim(
        where="Tables 3 and 8",
        text="with layer norms only, alignment helps on every task",
        published="10 of 10",
        check=better_in_both_settings,
        known="N2",
    ),
    "T3.gain": Claim(
        where="section 4.1, key 2",
        text="alignment gains less when only layer norms are tuned",
        published="less",
        check=gains_less_by_layer_norms,
    ),
    "T3.scratch": Claim(
        where="section 4.1, key 1",
        text="training from scratch lies between ORCA and fine-tuning on three tasks",
        published="ecg, satellite, deepsea",
        check=scratch_between,
    ),
    "T3.full": Claim(
        where="Table 3",
        text="tuning all weights is generally better than tuning layer norms",
        published="generally",
        check=full_beats_layer_norms,
    ),
    "T8.variance": Claim(
        where="section 4.1, key 1",
        text="ORCA's spread is below fine-tuning's on every task",
        published="10 of 10",
        check=spreads_less,
        known="N3",
    ),
    "T9.otdd": Claim(
        where="section 3.4, A.4.4, Table 9",
        text="OTDD is the best of the three distances",
        published="OTDD",
        check=otdd_is_best,
    ),
    "T9.all_metrics": Claim(
        where="section 4.1, key 1",
        text="aligning by any of the distances beats fine-tuning on every task",
        published="30 of 30",
        check=every_distance_beats_finetuning,
        known="N4",
    ),
    "T10.warm": Claim(
        where="A.4.5",
        text="a warm start helps on Spherical and Cosmic and hurts on Darcy flow",
        published="so",
        check=warm_start_depends,
    ),
    "T11.ratio_cells": Claim(
        where="Table 11",
        text="each ratio is that of the hours above it",
        published="10 of 10",
        check=ratios_are_of_hours,
        known="N7",
        of_ours=False,
    ),
    "T11.mean": Claim(
        where="Table 11, section 4.1",
        text="alignment takes 11 % of fine-tuning's time on average",
        published="11 %",
        check=alignment_is_cheap,
    ),
    "T12.sum": Claim(
        where="Tables 11 and 12",
        text="ORCA's hours are those of its two stages together",
        published="equal",
        check=hours_add_up,
        of_ours=False,
    ),
    "T12.speedup": Claim(
        where="section 4.1, key 2",
        text="tuning layer norms only is less than twice as fast",
        published="below 2",
        check=layer_norms_save_little,
    ),
}
