"""What `import orca` offers for building a model: bodies, models, source features.

The two stages are in `orca.training.align_arrays` and `orca.training.finetune_arrays`, the distances
in `orca.alignment`, the estimators in `orca.estimators`.
"""

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, get_args

import torch
from jaxtyping import Int
from torch import Tensor

from orca.alignment.features import SourceFeatures
from orca.data.fetch import fetch
from orca.data.proxy import PROXIES
from orca.data.target import Target
from orca.declarations import nearest
from orca.errors import SettingsError
from orca.models import assemble
from orca.models.body import BODIES
from orca.models.card import CARD
from orca.models.loaded_body import LoadedBody
from orca.models.settings import BodyStart, EmbedderStart, ModelSettings
from orca.models.source_embedding import embed_numbers
from orca.models.weights import fetch_weights
from orca.training.batches import seeded
from orca.training.device import choose_device
from orca.training.embed_source import embed_source
from orca.training.settings import SOURCE_SAMPLES
from orca.training.setup import output_of

CPU = torch.device("cpu")


def cache_folder() -> Path:
    """Return the folder where bodies and sources are kept that no workflow has fetched."""
    from platformdirs import user_cache_path

    return user_cache_path("orca-cross-modal")


def body_folder(name: str) -> Path:
    """Return the folder of a declared body's weights, fetched at the first call.

    Raises:
        SettingsError: if there is no such body.
        WeightsError: if its weights cannot be had; the error lists every way to them.
    """
    BODIES.look_up(name, where="the body")
    folder = cache_folder() / "bodies" / name
    if not (folder / CARD).is_file():
        fetch_weights(name, folder, folder=None)
    return folder


def load_body(
    name: str,
    folder: Path | str | None = None,
    *,
    start: BodyStart = "pretrained",
    settings: ModelSettings | None = None,
    seed: int = 0,
) -> LoadedBody:
    """Return a declared body in memory.

    Args:
        name: of the body, such as `minilm`, `roberta_base`, `swin_base`.
        folder: where its weights lie; None fetches them once into the user's cache.
        start: with its pretrained weights, or with random ones.
        settings: dropout, gradient checkpointing, how many layers are kept.
        seed: of random weights.

    Raises:
        SettingsError: if there is no such body.
        WeightsError: if its weights cannot be had, or are not those that are declared.
    """
    _one_of(start, BodyStart, where="start")
    if folder is None and start == "pretrained":
        folder = body_folder(name)
    return assemble.load_body(
        name,
        settings=settings or ModelSettings(),
        start=start,
        folder=Path(folder or "."),
        generator=seeded(seed, 0),
    )


def body_of(model: Any) -> LoadedBody:
    """Return a copy of an encoder of Hugging Face's transformers as a body of sequences.

    The copy lies on the CPU, its weights in float32, also those that the library gave as bfloat16 or
    float16, as it does for models that were saved so.

    Args:
        model: an encoder with BERT's parts, `embeddings` with a layer norm, and `config`, such as
            `AutoModel.from_pretrained(...)` gives for BERT, RoBERTa, ELECTRA, DistilBERT, MPNet and
            ModernBERT.

    Raises:
        SettingsError: if it has other parts.
    """
    from orca.models.encoders.sequence import sequence_body

    model = copy.deepcopy(model).to(CPU, torch.float32)
    embeddings, config = getattr(model, "embeddings", None), getattr(model, "config", None)
    norms = [part for part in (embeddings or torch.nn.Module()).modules()]
    if config is None or not any(isinstance(part, torch.nn.LayerNorm) for part in norms):
        raise SettingsError(
            where=f"the model {type(model).__name__}",
            what="it has no `embeddings` with a layer norm, as BERT has",
            mend="give an encoder of BERT's kind, or make a `LoadedBody` of your own",
        )
    table = getattr(embeddings, "position_embeddings", None)
    positions = None
    if isinstance(table, torch.nn.Embedding):
        first = 0 if table.padding_idx is None else table.padding_idx + 1
        positions = table.weight.detach()[first:]
    body = sequence_body(
        model,
        settings=ModelSettings(),
        projections=(),
        longest=config.max_position_embeddings if positions is None else len(positions),
        padding=config.pad_token_id,
        positions=positions,
    )
    body = replace(body, hidden_width=config.hidden_size)  # ELECTRA projects to another
    try:
        with torch.no_grad():
            body.encoder.eval()(torch.zeros(1, 2, body.width))
    except (RuntimeError, TypeError) as fault:
        raise SettingsError(
            where=f"the model {type(model).__name__}",
            what=f"it does not take embedded tokens of width {body.width}: {fault}",
            mend="give an encoder of BERT's kind, or make a `LoadedBody` of your own",
        ) from fault
    return body


def _one_of(value: str, choices: Any, *, where: str) -> None:
    known = list(get_args(choices))
    if value not in known:
        mend = nearest(value, known)
        raise SettingsError(where=where, what=f"there is no choice {value!r}", mend=mend)


def build(  # noqa: PLR0913 (each is a choice of its own)
    body: str | LoadedBody,
    input_shape: tuple[int, ...],
    output: int | Target,
    *,
    start: EmbedderStart = "pretrained",
    settings: ModelSettings | None = None,
    seed: int = 0,
    device: str = "auto",
) -> assemble.Model:
    """Return a model: a new embedder and predictor around a body, all weights in float32.

    Args:
        body: name of a declared body, or one in memory, of which the model gets a copy.
        input_shape: of a sample: (channels, length) or (channels, height, width).
        output: number of classes, or a target: `Classes`, `MultiLabel`, `Scalar`, `Field`.
        start: how the embedder starts: with all that the body's own embedding offers
            (`pretrained`), with its layer norm alone (`layer_norm`), or at random (`random`).
        settings: shape of the model, such as the number of tokens of a sequence.
        seed: of the random weights.
        device: `auto`, `cpu`, `cuda`.

    Raises:
        SettingsError: if body, input and output do not fit each other.
    """
    _one_of(start, EmbedderStart, where="start")
    if len(input_shape) not in (2, 3) or min(input_shape) < 1:
        raise SettingsError(
            where="input_shape",
            what=f"{input_shape} is the shape of no sequence and of no grid",
            mend="give (channels, length) or (channels, height, width)",
        )
    count = output if isinstance(output, int) else output.outputs
    if count < 1:
        mend = "give the number of classes, or a target such as orca.Scalar()"
        raise SettingsError(where="output", what=f"the output has size {count}", mend=mend)
    chosen = settings or ModelSettings()
    loaded = load_body(body, settings=chosen, seed=seed) if isinstance(body, str) else body
    model = assemble.put_together(
        copy.deepcopy(loaded).in_single_precision(),
        input_shape=input_shape,
        output=output_of(output),
        settings=chosen,
        embedder=start,
        generator=seeded(seed, 0),
    )
    return model.to(choose_device(device))


def source_features(
    body: LoadedBody, numbers: Int[Tensor, "n tokens"], labels: Int[Tensor, " n"]
) -> SourceFeatures:
    """Return the features that a body of sequences gives labelled texts by its own embedding.

    Args:
        body: in memory.
        numbers: of the tokens of each text, padded at their end.
        labels: a class for each text.

    Raises:
        SettingsError: if the body is of grids, whose source is images (`proxy_features`).
        FeatureError: if labels and texts do not go together.

    Source: ORCA (ICML 2023), section 3.2.
    """
    if body.words is None:
        raise SettingsError(
            where="the body",
            what="it is of grids, and has no embedding of words",
            mend="take `proxy_features`, which embeds images",
        )
    return SourceFeatures.of(embed_numbers(body.words, numbers, device=CPU), labels)


def proxy_features(
    body: str,
    proxy: str = "",
    *,
    samples: int = SOURCE_SAMPLES,
    device: Literal["auto", "cpu", "cuda"] = "auto",
) -> SourceFeatures:
    """Return the source features of a declared body: a proxy's samples by its own embedding.

    Args:
        body: its name; its weights and the proxy's files are fetched once into the user's cache.
        proxy: name of the source proxy; the body's own by default.
        samples: how many source samples are drawn, at most.
        device: that the embedding runs on.

    Raises:
        SettingsError: if there is no such body or proxy.
        DataError: if the proxy's files cannot be had.
    """
    weights = body_folder(body)
    name = proxy or BODIES[body].proxy
    declared = PROXIES.look_up(name, where="the source proxy")
    raw = cache_folder() / "raw" / (declared.source or name)
    if declared.files:
        fetch(declared, raw)
    found = embed_source(
        body, name, weights=weights, raw=raw, samples=samples, device=choose_device(device)
    )
    return SourceFeatures.of(found.features, found.labels)
