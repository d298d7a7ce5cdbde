from .alignment.euclidean import euclidean, euclidean_paired
from .alignment.mmd import mmd
from .alignment.otdd import otdd
from .alignment.pseudo_labels import pseudo_labels
from .alignment.sliced_wasserstein import sliced_wasserstein
from .alignment.source import SourceFeatures
from .data.target import Classes, Field, MultiLabel, Scalar
from .errors import OrcaError
from .estimators import CrossModalClassifier, CrossModalRegressor
from .library import body_of, build, load_body, proxy_features, source_features
from .models.settings import ModelSettings
from .training.align_arrays import align, distance_to_source
from .training.finetune_arrays import finetune
from .training.progress import History
from .training.settings import AlignSettings, FinetuneSettings, OptimizerSettings
from .training.validate import predict

__version__: str
