"""FSD50K: which of 200 kinds of sound occur in a recording.

Source: Fonseca et al. 2022 (arXiv:2010.00475); NAS-Bench-360 (arXiv:2110.05668).
Differs from the official code: each epoch sees another second of each training recording, out of
up to 8 that are kept, and other masks; there one second is drawn, masked and mixed with noise
before the first epoch, and stays (`fsd50k_official`). Recordings of NAS-Bench-360's validation
list choose the epoch. As there, a test recording's logits are the mean over all of its seconds.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from orca.data.nas_bench_360 import in_bucket
from orca.data.target import MultiLabel
from orca.data.task import AS_READ, Samples, Splits, Task
from orca.data.tasks import with_official
from orca.data.tasks.fsd50k.clips import splits_of
from orca.data.tasks.fsd50k.whole_clips import FILES, splits_of_whole_clips


@dataclass(frozen=True)
class Seconds:
    """Which pieces of one second are kept.

    Args:
        most: of a training or validation recording.
        noisy: whether training pieces are masked and mixed with noise while they are read.
        cut_here: whether the files hold whole recordings, which are cut while they are read.
    """

    most: int
    noisy: bool = False
    cut_here: bool = False


FSD50K = Task(
    title="FSD50K",
    suite="nas_bench_360",
    origin="FSD50K, Fonseca et al. 2022; CC BY 4.0, each clip under its own CC licence",
    input_shape=(1, 96, 102),
    target=MultiLabel(200),
    samples=Samples(train=AS_READ, validation=AS_READ, test=AS_READ),
    loss="bce_with_logits_positive_10",
    metric="one_minus_map",
    files=(in_bucket("audio/audio.zip", bundled="fsd", mb=24_000),),
    source="fsd50k",
    option=Seconds(most=8),
    pooling="mean",
    augmentation=("spectrogram_masks",),
    redraw=True,
)
TASKS = {
    **with_official(
        "fsd50k",
        FSD50K,
        metric="one_minus_map_official",
        extra_metrics=("one_minus_map",),
        option=Seconds(most=1, noisy=True),
        augmentation=(),
        redraw=False,
        differs="one second of each training recording, masked and mixed with noise, drawn once,"
        " as in the official code; a label without a positive counts in the metric",
    ),
    "fsd50k_zenodo": replace(
        FSD50K,
        files=FILES,
        source="fsd50k_zenodo",
        option=Seconds(most=8, cut_here=True),
        variant_of="fsd50k",
        differs="recordings as FSD50K's authors publish them, brought to 22,050 Hz and cut into"
        " seconds by us; the benchmark's are filtered otherwise, and other seconds are drawn",
    ),
}


def read(raw: Path, task: Task) -> Splits:
    """Read the pieces out of the archive, one by one, and turn them into spectrograms."""
    assert isinstance(task.option, Seconds)
    if task.option.cut_here:
        return splits_of_whole_clips(raw, classes=task.target.outputs, most=task.option.most)
    return splits_of(
        raw / task.files[0].name,
        classes=task.target.outputs,
        most=task.option.most,
        noisy=task.option.noisy,
    )
