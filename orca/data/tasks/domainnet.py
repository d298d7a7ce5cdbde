"""DomainNet: photographs, paintings, sketches and clipart of 40 things.

Source: Peng et al. 2019 (DomainNet); Tan et al. 2020 (the 40 classes and their lists); ORCA
(ICML 2023), A.7.
Differs from the official code: all four domains, not `sketch` alone; images are squeezed to 224 x
224 for training too and flipped anew in each epoch (`..._official`: squeezed to 256, cut to 224
at a random place and flipped at random, once); a tenth of the training images chooses the epoch.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from orca.data.download import Download
from orca.data.raw_file import member_of, open_zip, reading
from orca.data.target import Classes
from orca.data.task import Block, Normalisation, Part, Samples, Splits, Task
from orca.data.tasks import with_official

SIDE = 224
SIDE_TO_CUT = 256
CUT_SEED = 0
PICTURES_AT_ONCE = 32

ADDRESS = "http://csr.bu.edu/ftp/visda/2019/multi-source"
LISTS = "https://raw.githubusercontent.com/virajprabhu/SENTRY/main/data/DomainNet/txt"
NAMES = (
    "airplane", "ambulance", "apple", "backpack", "banana", "bathtub", "bear", "bed", "bee",
    "bicycle", "bird", "book", "bridge", "bus", "cake", "calculator", "camera", "car", "cat",
    "chair", "clock", "cow", "dog", "dolphin", "duck", "elephant", "fence", "fork", "horse",
    "house", "rabbit", "scissors", "strawberry", "table", "telephone", "truck", "butterfly",
    "sheep", "drums", "donut",
)  # fmt: skip


@dataclass(frozen=True)
class Framing:
    """How training images are brought to 224 x 224: squeezed, or cut out at random, once."""

    random_cut: bool


@dataclass(frozen=True, kw_only=True)
class Domain:
    """One domain's files: sizes (the archive's rounded), digests, images in each list."""

    archive: str
    gb: float
    md5: str
    train: tuple[int, int, str]
    test: tuple[int, int, str]


DOMAINS = {
    "real": Domain(
        archive="real.zip",
        gb=6.06,
        md5="dcc47055e8935767784b7162e7c7cca6",
        train=(16141, 568_839, "a9d1da6c58eb4afb611842aca19b3835"),
        test=(6943, 244_688, "cd789bc3ae7c094042138cf22e0152b7"),
    ),
    "painting": Domain(
        archive="groundtruth/painting.zip",
        gb=3.68,
        md5="1ae32cdb4f98fe7ab5eb0a351768abfd",
        train=(6727, 291_462, "4f22b8a7ba44612fbaf5863a7c45c5ef"),
        test=(2909, 126_043, "3c50c9658ea2bd4ddf2d118fc6461736"),
    ),
    "sketch": Domain(
        archive="sketch.zip",
        gb=2.6,
        md5="658d8009644040ff7ce30bb2e820850f",
        train=(5537, 218_726, "773db4714b329085abdaeebade8781e7"),
        test=(2399, 94_760, "a6301828625dc10d2638799d7b827fc8"),
    ),
    "clipart": Domain(
        archive="groundtruth/clipart.zip",
        gb=1.27,
        md5="cd0d8f2d77a4e181449b78ed62bccf1e",
        train=(3707, 153_231, "a2df2ec4cb60e40837a156d1f9902617"),
        test=(1616, 66_796, "c3245f4f14de510c9c39aefa4ebbbaa9"),
    ),
}


def _task(name: str, domain: Domain) -> Task:
    count, validation = domain.train[0], round(domain.train[0] / 10)
    lists = tuple(
        Download(
            name=f"{name}_{part}_mini.txt",
            urls=(f"{LISTS}/{name}_{part}_mini.txt",),
            size=size,
            digest=f"md5:{md5}",
        )
        for part, (_, size, md5) in (("train", domain.train), ("test", domain.test))
    )
    archive = Download(
        name=f"{name}.zip",
        urls=(f"{ADDRESS}/{domain.archive}",),
        size=round(domain.gb * 1e9),
        rounded=True,
        digest=f"md5:{domain.md5}",
    )
    return Task(
        title=f"DomainNet {name}",
        suite="domainnet",
        origin="DomainNet, Peng et al. 2019; research use; lists from SENTRY, MIT",
        input_shape=(3, 224, 224),
        target=Classes(len(NAMES), NAMES),
        samples=Samples(train=count - validation, validation=validation, test=domain.test[0]),
        loss="cross_entropy",
        metric="zero_one_error_pct",
        files=(archive, *lists),
        source=f"domainnet_{name}",
        normalisation=Normalisation(
            inputs="stated",
            means=(0.485 * 255, 0.456 * 255, 0.406 * 255),
            deviations=(0.229 * 255, 0.224 * 255, 0.225 * 255),
        ),
        augmentation=("horizontal_flip",),
        option=Framing(random_cut=False),
    )


TASKS = {
    each: task
    for name, domain in DOMAINS.items()
    for each, task in with_official(
        f"domainnet_{name}",
        _task(name, domain),
        augmentation=(),
        option=Framing(random_cut=True),
        differs="training images cut out and flipped at random, once, as in the official code",
    ).items()
}


def read(raw: Path, task: Task) -> Splits:
    """Read the listed images out of the domain's archive, one by one."""
    assert isinstance(task.option, Framing)
    archive, train, test = (raw / way.name for way in task.files)
    return Splits(
        fit=_part(archive, train, random_cut=task.option.random_cut),
        test=_part(archive, test, random_cut=False),
    )


def _part(path: Path, listing: Path, *, random_cut: bool) -> Part:
    """Return the pictures of a list whose lines are `<path in the archive> <label>`.

    With a random cut, each is squeezed to 256 x 256, of which 224 x 224 are cut out, and flipped.
    """
    with reading(listing, "it is missing or its lines are no path and label", OSError, ValueError):
        lines = [line.rsplit(maxsplit=1) for line in listing.read_text().splitlines()]
        entries = [(name, int(label)) for name, label in filter(None, lines)]

    def blocks() -> Iterator[Block]:
        generator = np.random.default_rng(CUT_SEED) if random_cut else None
        with open_zip(path) as archive:
            for start in range(0, len(entries), PICTURES_AT_ONCE):
                some = entries[start : start + PICTURES_AT_ONCE]
                pictures = [_picture(archive, name, generator) for name, _ in some]
                yield np.stack(pictures), np.array([label for _, label in some])

    return Part(len(entries), blocks)


def _picture(
    archive: zipfile.ZipFile, name: str, generator: np.random.Generator | None
) -> UInt8[np.ndarray, "3 224 224"]:
    import PIL.Image

    content = io.BytesIO(member_of(archive, name))
    side = SIDE if generator is None else SIDE_TO_CUT
    with (
        reading(f"{archive.filename}, {name}", "it is no picture", OSError),
        PIL.Image.open(content) as image,
    ):
        squeezed = image.convert("RGB").resize((side, side), PIL.Image.Resampling.BILINEAR)
    values = np.asarray(squeezed).transpose(2, 0, 1)
    if generator is not None:
        top, left = generator.integers(SIDE_TO_CUT - SIDE + 1, size=2)
        values = values[:, top : top + SIDE, left : left + SIDE]
        values = values[..., ::-1] if generator.random() < 0.5 else values
    return np.ascontiguousarray(values)
