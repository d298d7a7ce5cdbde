"""Claims about PDEBench: ORCA's section 4.2 and A.5, Tables 14 to 17, Figure 5."""

from orca.reporting.claim import Claim, Numbers, Outcome, near, outcome


def _wins_over(baseline: str, title: str, wins: int, of: int) -> Claim:
    def check(numbers: Numbers) -> Outcome:
        scores = numbers.scores("14", ("orca", baseline), gaps=(baseline,)).dropna()
        found = int((scores["orca"] < scores[baseline]).sum())
        text = f"{found} of {len(scores)}"
        return Outcome(numbers.count(found, wins) and len(scores) == of, text)

    return Claim(
        where="Figure 5 (left), Table 14",
        text=f"ORCA is better than {title} on {wins} of {of} tasks",
        published=f"{wins} of {of}",
        check=check,
    )


def lowest(numbers: Numbers) -> Outcome:
    """Tasks on which ORCA has the least error."""
    scores = numbers.scores("14", gaps=("unet",))
    found = int((scores["orca"] == scores.min(axis=1)).sum())
    return Outcome(numbers.count(found, 4), f"{found} of {len(scores)}")


def finetuning_beats_scratch(numbers: Numbers) -> Outcome:
    """Fine-tuning and training from scratch."""
    scores = numbers.scores("17", ("finetune", "scratch"))
    found = int((scores["finetune"] < scores["scratch"]).sum())
    return Outcome(numbers.count(found, 5), f"{found} of {len(scores)}")


def both_underperform(numbers: Numbers) -> Outcome:
    """ORCA and both baselines, strictly."""
    scores = numbers.scores("17", ("orca", "finetune", "scratch"))
    better = scores[["finetune", "scratch"]].gt(scores["orca"], axis=0)
    rest = [f"{name} on {task}" for name in better for task in better.index[~better[name]]]
    return outcome(int(better.to_numpy().sum()), better.size, rest)


TASKS = ("pde_diffusion_sorption", "pde_shallow_water")


def hours_of_baselines(numbers: Numbers) -> Outcome:
    """Seconds per epoch by epochs, and the printed hours."""
    off = []
    for task in TASKS:
        for method in ("fno", "unet", "pinn"):
            seconds = numbers.one("15", task, "per_epoch_seconds", method).number
            hours = seconds * numbers.one("15", task, "epochs", method).number / 3600
            printed = numbers.one("15", task, "total_training_hours", method).number
            if not near(hours, f"{printed:g}"):
                off.append(f"{method} on {task}: {hours:.3g} for {printed:g}")
    return outcome(6 - len(off), 6, off)


def hours_of_orca(numbers: Numbers) -> Outcome:
    """ORCA's total is no less than its epochs."""
    found = []
    for task in TASKS:
        seconds = numbers.one("15", task, "per_epoch_seconds", "orca").number
        hours = seconds * numbers.one("15", task, "epochs", "orca").number / 3600
        found.append((hours, numbers.one("15", task, "total_training_hours", "orca").number))
    text = ", ".join(f"{hours:.2f} of {total:g} h" for hours, total in found)
    return Outcome(all(hours <= total for hours, total in found), text)


def less_time(numbers: Numbers) -> Outcome:
    """ORCA's hours and those of U-Net and FNO."""
    hours = numbers.scores("15", ("orca", "unet", "fno"))
    totals = hours.loc[[f"{task}_total_training_hours" for task in TASKS]]
    less = totals["orca"] < totals[["unet", "fno"]].min(axis=1)
    text = "; ".join(
        f"{row.orca:.3g} h of {min(row.unet, row.fno):.3g} h" for row in totals.itertuples()
    )
    return Outcome(bool(less.all()), text)


def similar_across_resolutions(numbers: Numbers) -> Outcome:
    """The largest error by the least."""
    errors = numbers.scores("16")["orca"]
    ratio = float(errors.max() / errors.min())
    return Outcome(ratio < 1.5, f"largest by least: {ratio:.2f}")


CLAIMS = {
    "T14.fno": _wins_over("fno", "FNO", 4, 8),
    "T14.unet": _wins_over("unet", "U-Net", 6, 6),
    "T14.pinn": _wins_over("pinn", "PINN", 8, 8),
    "T14.lowest": Claim(
        where="Table 14",
        text="ORCA has the least error on 4 of 8 tasks",
        published="4 of 8",
        check=lowest,
    ),
    "T17.5of8": Claim(
        where="A.5.3",
        text="fine-tuning is better than training from scratch on 5 of 8 tasks",
        published="5 of 8",
        check=finetuning_beats_scratch,
    ),
    "T17.underperform": Claim(
        where="A.5.3",
        text="both baselines are worse than ORCA on every task",
        published="16 of 16",
        check=both_underperform,
        known="N5",
    ),
    "T15.totals": Claim(
        where="Table 15",
        text="the baselines' hours are their epochs by seconds per epoch",
        published="6 of 6",
        check=hours_of_baselines,
        of_ours=False,
    ),
    "T15.orca_total": Claim(
        where="Table 15, A.5.1",
        text="ORCA's hours cover all stages, so are no less than its epochs'",
        published="no less",
        check=hours_of_orca,
        of_ours=False,
    ),
    "T15.budget": Claim(
        where="section 4.2, Table 15",
        text="ORCA needs less training time than U-Net and FNO",
        published="on both tasks",
        check=less_time,
    ),
    "T16.similar": Claim(
        where="Table 16",
        text="errors are similar whatever the resolutions of training and testing",
        published="similar",
        check=similar_across_resolutions,
    ),
}
