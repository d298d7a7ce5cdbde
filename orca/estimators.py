"""Align, then refine, as estimators of scikit-learn."""

from dataclasses import KW_ONLY, dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
import torch
from jaxtyping import Float
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.model_selection import train_test_split
from sklearn.utils import check_consistent_length, check_random_state, column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from orca.alignment.features import SourceFeatures
from orca.alignment.pseudo_labels import pseudo_labels
from orca.data.normalise import Constants, Kind, of_inputs, of_targets
from orca.data.own.new_rows import frame_inputs, learn_frame
from orca.data.schema import Schema
from orca.data.single_precision import check_range
from orca.data.target import Scalar, Target
from orca.library import build, proxy_features
from orca.models.loaded_body import LoadedBody
from orca.models.settings import ModelSettings
from orca.training.align_arrays import align
from orca.training.finetune_arrays import finetune
from orca.training.settings import AlignSettings, FinetuneSettings, OptimizerSettings
from orca.training.validate import predict

Inputs = Float[np.ndarray, "n channels *size"]
FEW = 20  # samples from which on some are set aside for validation


@lru_cache(maxsize=4)
def _proxy(body: str, samples: int) -> SourceFeatures:
    return proxy_features(body, samples=samples)


@dataclass(eq=False, repr=False)
class _CrossModal(BaseEstimator):
    """What classifier and regressor share: inputs, the model, its training.

    Args:
        body: name of a declared body, or a `LoadedBody`, of which each fit takes a copy.
        align: whether the embedder is aligned to the source before all weights are trained.
        source: features and labels (n x width, n) that the embedder is aligned to; None takes the
            body's own proxy.
        source_samples: how many samples of the proxy are drawn, at most.
        layers: how many of a sequence body's layers are kept; None for all.
        sequence_length: a sequence is cut into about this many tokens.
        align_epochs: of stage two.
        epochs: of stage three.
        steps_per_epoch: an epoch has at least this many steps: it passes over a small set as often
            as that takes.
        batch_size: samples in a step.
        learning_rate: of stage three, at its highest.
        validation_fraction: share of the samples by which the epoch is chosen; 0 trains on all of
            them and keeps the last epoch.
        device: `auto`, `cpu` or `cuda`.
        random_state: of all draws.
    """

    _loss: ClassVar[str]
    _metric: ClassVar[str]
    _y_numeric: ClassVar[bool]

    body: str | LoadedBody = "minilm"
    _: KW_ONLY
    align: bool = True
    source: Any = None
    source_samples: int = 1000
    layers: int | None = 2
    sequence_length: int = 8
    align_epochs: int = 30
    epochs: int = 25
    steps_per_epoch: int = 40
    batch_size: int = 16
    learning_rate: float = 3e-4
    validation_fraction: float = 0.2
    device: str = "auto"
    random_state: Any = None

    def _learn_inputs(self, given: Any, target: Any) -> tuple[Inputs, Any]:
        """Return checked inputs as a model takes them, and checked targets."""
        self.frame_: Schema | None = None
        if _has_texts(given):
            validate_data(self, given, skip_check_array=True)
            target = column_or_1d(target, warn=True)
            check_consistent_length(given, target)
            self.frame_ = learn_frame(given)
            raw, touched = frame_inputs(given, self.frame_), self.frame_.normalised
        else:
            given, target = validate_data(
                self, given, target, allow_nd=True, y_numeric=self._y_numeric, ensure_min_samples=2
            )
            raw, touched = _with_channels(given), None
        how: Kind = "per_position" if self.frame_ or np.ndim(given) == 2 else "per_channel"
        self.input_shape_ = raw.shape[1:]
        self.input_constants_: Constants = of_inputs(how, [raw], touched)
        return self.input_constants_.encode(raw), target

    def _inputs(self, given: Any) -> Inputs:
        """Return further inputs, by what those of `fit` taught."""
        if self.frame_ is not None:
            if not hasattr(given, "columns"):
                raise ValueError("the estimator was fitted on a frame of pandas: give it one")
            validate_data(self, given, reset=False, skip_check_array=True)
            return self.input_constants_.encode(frame_inputs(given, self.frame_))
        raw = _with_channels(validate_data(self, given, allow_nd=True, reset=False))
        if raw.shape[1:] != self.input_shape_:
            raise ValueError(f"samples of shape {raw.shape[1:]}, fitted on {self.input_shape_}")
        return self.input_constants_.encode(raw)

    def _train(self, inputs: Inputs, targets: np.ndarray, output: int | Target) -> None:
        if not 0 <= self.validation_fraction < 1:
            raise ValueError("validation_fraction is a share of the samples, from 0 to less than 1")
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        model = build(
            self.body,
            inputs.shape[1:],
            output,
            settings=ModelSettings(
                sequence_length=self.sequence_length,
                layers=self.layers if isinstance(self.body, str) else None,
            ),
            seed=seed,
            device=self.device,
        )
        optimizer = OptimizerSettings(learning_rate=self.learning_rate)
        if self.align and self.align_epochs:
            self.align_history_ = align(
                model,
                inputs,
                self._classes(targets, seed),
                source=self._source(),
                settings=AlignSettings(
                    epochs=self.align_epochs, samples_per_class=64, record_value_every=5
                ),
                optimizer=optimizer,
                seed=seed,
            )
        rows, held = self._divided(targets, seed)
        self.history_ = finetune(
            model,
            inputs[rows],
            targets[rows],
            loss=self._loss,
            validation=(inputs[held], targets[held]) if len(held) else None,
            metric=self._metric,
            settings=FinetuneSettings(
                epochs=self.epochs,
                warmup_epochs=min(2, self.epochs - 1),
                batch_size=min(self.batch_size, len(rows)),
                min_batches_per_epoch=self.steps_per_epoch,
                selection="best_on_validation" if len(held) else "last_epoch",
            ),
            optimizer=optimizer,
            seed=seed,
        )
        self.model_ = model.eval()

    def _source(self) -> Any:
        if self.source is not None:
            return self.source
        if isinstance(self.body, str):
            return _proxy(self.body, self.source_samples)
        raise ValueError("a body of your own has no proxy: give `source`, or set `align=False`")

    def _classes(self, targets: np.ndarray, seed: int) -> np.ndarray:
        """Return classes, or clusters of numbers: at most 10, and no more than different values."""
        if not self._y_numeric:
            return targets
        clusters = min(10, len(np.unique(targets)))
        return pseudo_labels([targets], clusters=clusters, seed=seed)

    def _divided(self, targets: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the numbers of the samples to train on, and of those to choose the epoch by."""
        rows, classes = np.arange(len(targets)), None if self._y_numeric else targets
        few = classes is not None and np.bincount(classes).min() < 2 / self.validation_fraction
        if not self.validation_fraction or len(rows) < FEW or few:
            return rows, rows[:0]
        parts = train_test_split(
            rows, test_size=self.validation_fraction, random_state=seed, stratify=classes
        )
        return np.sort(parts[0]), np.sort(parts[1])

    def _outputs(self, given: Any) -> Float[np.ndarray, "n *output"]:
        check_is_fitted(self)
        return predict(self.model_, self._inputs(given), batch_size=64)


class CrossModalClassifier(ClassifierMixin, _CrossModal):
    """A pretrained transformer, aligned to the data and fine-tuned to predict classes.

    Takes rows of numbers (n x features), frames of pandas with texts among their columns, series
    (n x channels x length) and grids (n x channels x height x width).

    Attributes:
        classes_: the classes, sorted.
        model_: the trained model.
        history_: of fine-tuning; `align_history_`, of alignment.
    """

    __doc__ += (_CrossModal.__doc__ or "")[(_CrossModal.__doc__ or "").index("\n\n    Args:") :]
    _loss, _metric, _y_numeric = "cross_entropy", "log_loss", False

    def fit(self, X: Any, y: Any) -> "CrossModalClassifier":  # noqa: N803 (scikit-learn's names)
        """Align and fine-tune a new model: `X` are samples, `y` has a class for each."""
        inputs, labels = self._learn_inputs(X, y)
        check_classification_targets(labels)
        self.classes_, numbers = np.unique(labels, return_inverse=True)
        self._train(inputs, numbers.astype(np.int64), len(self.classes_))
        return self

    def predict_proba(self, X: Any) -> Float[np.ndarray, "n classes"]:  # noqa: N803
        """Return the probability of each class, in the order of `classes_`."""
        logits = torch.from_numpy(self._outputs(X)).double()
        return logits.softmax(dim=1).numpy()

    def predict(self, X: Any) -> np.ndarray:  # noqa: N803
        """Return the likeliest class of each sample."""
        likeliest = self._outputs(X).argmax(axis=1)
        return self.classes_[likeliest]


class CrossModalRegressor(RegressorMixin, _CrossModal):
    """A pretrained transformer, aligned to the data and fine-tuned to predict a number.

    Takes what `CrossModalClassifier` takes.

    Attributes:
        model_: the trained model.
        history_: of fine-tuning; `align_history_`, of alignment.
    """

    __doc__ += (_CrossModal.__doc__ or "")[(_CrossModal.__doc__ or "").index("\n\n    Args:") :]
    _loss, _metric, _y_numeric = "mse", "rmse", True

    def fit(self, X: Any, y: Any) -> "CrossModalRegressor":  # noqa: N803 (scikit-learn's names)
        """Align and fine-tune a new model: `X` are samples, `y` has a number for each."""
        inputs, numbers = self._learn_inputs(X, y)
        _check_range(numbers, "y")
        numbers = np.asarray(numbers, np.float64)
        self.target_constants_: Constants = of_targets("per_channel", [numbers])
        self._train(inputs, self.target_constants_.encode(numbers), Scalar())
        return self

    def predict(self, X: Any) -> Float[np.ndarray, " n"]:  # noqa: N803
        """Return the number predicted for each sample."""
        outputs = self._outputs(X)
        return self.target_constants_.decode(outputs).astype(np.float64)


def _has_texts(given: Any) -> bool:
    """Return whether this is a frame with columns that are no numbers."""
    if not hasattr(given, "columns"):
        return False
    return any(kind.kind not in "fiub" for kind in given.dtypes)


def _with_channels(given: np.ndarray) -> Inputs:
    """Return rows of numbers as one token with a channel for each; other arrays as they are."""
    _check_range(given, "X")
    array = np.asarray(given, np.float32)
    return array[:, :, None] if array.ndim == 2 else array


def _check_range(given: Any, name: str) -> None:
    values = np.asarray(given)
    size = values[:1].size
    check_range(values.ravel(), lambda at: f"{name}, sample {at // size}", "numbers")
