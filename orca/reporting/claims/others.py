"""Claims about bodies, drug response, DomainNet and prompting: Tables 5, 13, 23 and 24."""

from orca.reporting.claim import Claim, Numbers, Outcome

BODIES = ("roberta_base", "swin_base")


def less_distance_less_error(numbers: Numbers) -> Outcome:
    """The body of less error and the one of less distance, on both tasks."""
    table = numbers.scores("13")
    found = {
        task: (table.loc[f"{task}_error"].idxmin(), table.loc[f"{task}_otdd"].idxmin())
        for task in ("deepsea", "spherical")
    }
    text = "; ".join(f"{task}: {error}, {distance}" for task, (error, distance) in found.items())
    return Outcome(all(error == distance for error, distance in found.values()), text)


def beats_igtd(numbers: Numbers) -> Outcome:
    """ORCA and IGTD."""
    scores = numbers.scores("5", ("orca", "igtd_cnn"))
    better = int((scores["orca"] > scores["igtd_cnn"]).sum())
    return Outcome(better == len(scores), f"{better} of {len(scores)}")


def better_on_domainnet(numbers: Numbers) -> Outcome:
    """ORCA and fine-tuning, read as captioned in print and as accuracies in ours."""
    scores = numbers.scores("23", ("orca", "finetune"))
    lower = int((scores["orca"] < scores["finetune"]).sum())
    higher = int((scores["orca"] > scores["finetune"]).sum())
    if numbers.side == "ours":
        return Outcome(higher == len(scores), f"{higher} of {len(scores)} as accuracies")
    text = f"{lower} of {len(scores)} as errors, {higher} as accuracies"
    return Outcome(lower == len(scores), text)


def prompting_is_worse(numbers: Numbers) -> Outcome:
    """Both ways of prompting, and ORCA."""
    scores = numbers.scores("24")
    worse = scores[["vp", "vpt"]].gt(scores["orca"], axis=0)
    return Outcome(bool(worse.all(axis=None)), f"{worse.to_numpy().sum()} of {worse.size}")


def prompting_is_worse_in_general(numbers: Numbers) -> Outcome:
    """Both ways of prompting, and the fine-tuning of Table 8."""
    prompting = numbers.scores("24", ("vp", "vpt"))
    finetuning = numbers.scores("8", ("finetune",))["finetune"].loc[list(prompting.index)]
    worse = prompting.gt(finetuning, axis=0)
    count = int(worse.to_numpy().sum())
    return Outcome(2 * count > worse.size, f"{count} of {worse.size}")


def more_than_sixty(numbers: Numbers) -> Outcome:
    """Data sets of the three benchmarks."""
    counts = [len(numbers.tables[number].rows) for number in ("2", "14", "18", "21")]
    return Outcome(sum(counts) > 60, f"{' + '.join(map(str, counts))} = {sum(counts)}")


CLAIMS = {
    "T13.otdd": Claim(
        where="Table 13",
        text="the body of less distance has less error, on both tasks",
        published="both tasks",
        check=less_distance_less_error,
    ),
    "T5.igtd": Claim(
        where="Table 5",
        text="ORCA is better than IGTD on both drug response sets",
        published="2 of 2",
        check=beats_igtd,
    ),
    "T23.direction": Claim(
        where="Table 23, A.8.1",
        text="ORCA is better than fine-tuning on DomainNet",
        published="4 of 4, lower better",
        check=better_on_domainnet,
        known="N6",
    ),
    "T24.prompting": Claim(
        where="A.8.2, Table 24",
        text="both ways of prompting are worse than ORCA",
        published="6 of 6",
        check=prompting_is_worse,
    ),
    "T24.general": Claim(
        where="A.8.2",
        text="prompting is in general worse than fine-tuning",
        published="in general",
        check=prompting_is_worse_in_general,
    ),
    "all.60": Claim(
        where="abstract",
        text="more than 60 data sets in three benchmarks",
        published="more than 60",
        check=more_than_sixty,
        of_ours=False,
    ),
}
