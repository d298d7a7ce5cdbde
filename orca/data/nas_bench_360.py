"""What the files of NAS-Bench-360 have in common: the bucket, and where they went."""

from orca.data.download import Download

BUCKET = "https://pde-xd.s3.amazonaws.com"
BARRIER = (
    "the bucket of NAS-Bench-360 has refused since October 2022 (its issue 3); its authors offer"
    " the file in the Google Drive folder 1OOp6UrCiP79mTIkCrUdjjHWDo8K0bJUw, which a browser opens"
)


def in_bucket(name: str, place: str, *mirrors: str, mb: int | None = None) -> Download:
    """Return the way to a file of the benchmark.

    Args:
        name: file name under the source's folder.
        place: its path in the bucket.
        mirrors: further addresses, tried first, since the bucket refuses.
        mb: megabytes, as the benchmark's page states them, if it does.
    """
    return Download(
        name=name,
        urls=(*mirrors, f"{BUCKET}/{place}"),
        size=None if mb is None else mb * 10**6,
        rounded=True,
        barrier=BARRIER,
    )
