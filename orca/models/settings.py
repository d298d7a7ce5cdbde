"""The shape of embedder, body and predictor around a task."""

from typing import Literal

from pydantic import Field

from orca.settings import Count, Settings, Share

BodyStart = Literal["pretrained", "random"]
EmbedderStart = Literal["random", "layer_norm", "pretrained"]


class ModelSettings(Settings):
    """The model has this shape in every stage."""

    sequence_length: Count = Field(
        default=64, description="A sequence is cut into about this number of tokens."
    )
    kernel_rule: Literal["smallest_divisor", "closest_padded"] = Field(
        default="closest_padded",
        description="The kernel of a sequence follows from the sequence length by this rule:"
        " `closest_padded` is the paper's (A.2.3), `smallest_divisor` the official code's. That of a"
        " grid on a body of sequences is the smallest whose tokens fit the body (3.1).",
    )
    kernel: Count | None = Field(
        default=None,
        description="The embedder's kernel has this side whatever the rule says; null leaves it to"
        " the rule, and 1 makes a token of each point, whatever the resolution (Table 16).",
    )
    more_points: Literal["finer", "longer"] = Field(
        default="finer",
        description="An input with more points than the task declares is the same stretch sampled"
        " more finely (`finer`), whose tokens have positions between those of training, or a"
        " longer stretch (`longer`, the official code), which goes on with untrained positions.",
    )
    folded_tokens: Count = Field(
        default=1024,
        description="A sequence is cut into this number of tokens for a body of grids.",
    )
    positions: Literal["body", "random"] = Field(
        default="body",
        description="Position embeddings start from the body's own table, whatever else of the"
        " embedder does (official code), or at random.",
    )
    dense_head: Literal["pixel_shuffle", "pooling"] = Field(
        default="pixel_shuffle",
        description="The predictor of fields is `pixel_shuffle` as in the paper (3.1) or"
        " `pooling` as in the official code.",
    )
    dropout: Share = Field(
        default=0.0, description="This share of the body's hidden states and attention is dropped."
    )
    layers: Count | None = Field(
        default=None,
        description="Only this many of a sequence body's blocks are kept, the first ones; null keeps"
        " all.",
    )
    gradient_checkpointing: bool = Field(
        default=False, description="The backward pass computes activations again, to save memory."
    )
