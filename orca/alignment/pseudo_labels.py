"""Classes for targets that have none: clusters of their outputs, by k-means."""

from collections.abc import Iterable

import numpy as np
from jaxtyping import Float, Int

from orca.errors import FeatureError

BATCH = 10_000  # more samples than this are clustered in batches of this size


def pseudo_labels(
    outputs: Iterable[Float[np.ndarray, "_ *shape"]], *, clusters: int, seed: int
) -> Int[np.ndarray, " n"]:
    """Return a class id for each sample, from 0, by clustering the samples' outputs.

    The paper takes as many clusters as the source has classes; the official code always 10.

    Args:
        outputs: blocks of outputs, each sample by sample, as read from disk; or, as one block
            in a list, all of them. Inputs are never needed.
        clusters: how many are asked for; fewer come back if fewer outputs differ.
        seed: of the clusters' first centres.

    Raises:
        FeatureError: if there are fewer samples than clusters, or an output is not finite.

    Source: Shen et al. 2023 (arXiv:2302.05738), section 3.4, note 3.
    """
    from sklearn.cluster import KMeans, MiniBatchKMeans

    blocks = [np.asarray(block, dtype=np.float32).reshape(len(block), -1) for block in outputs]
    points = np.concatenate(blocks) if blocks else np.empty((0, 1), dtype=np.float32)
    if len(points) < clusters:
        raise FeatureError(
            where="pseudo-labels",
            what=f"{clusters} clusters asked of {len(points)} samples",
            mend="ask for fewer clusters",
        )
    if not np.isfinite(points).all():
        raise FeatureError(
            where="pseudo-labels",
            what="NaN or infinity among the outputs",
            mend="look for missing values in the task's targets",
        )
    if len(points) > BATCH:
        kmeans = MiniBatchKMeans(clusters, batch_size=BATCH, random_state=seed)
    else:
        kmeans = KMeans(clusters, random_state=seed)
    return np.unique(kmeans.fit_predict(points), return_inverse=True)[1]
