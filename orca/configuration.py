"""`config/config.yaml`: what is built, on what, within which limits; and where `config/` is."""

from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from orca.code_digest import PACKAGE
from orca.data.proxy import PROXIES
from orca.data.task import TASKS
from orca.data.user_task import entry_of
from orca.declarations import Declarations
from orca.errors import SettingsError
from orca.experiment import Experiment
from orca.hyperparameters import WHERE, all_groups, check_groups
from orca.models.body import BODIES
from orca.models.pretraining.settings import PretrainSettings
from orca.peers.peer import PEERS
from orca.reporting.declared_figure import FIGURES
from orca.reporting.declared_table import TABLES
from orca.settings import Count, Name, checked, merge
from orca.training.settings import CHECKPOINT_SECONDS, SOURCE_SAMPLES, CheckpointSeconds
from orca.tuning.settings import TuningSettings

CHECKOUT = PACKAGE.parent
PLACE = "config/config.yaml or what is laid over it (--configfile, --config)"
"""Where a key of the configuration may stand, for messages."""
Origin = Literal["published", "tuned", "default"]


def config_folder() -> Path:
    """Return the folder of the configuration: `config/` where one stands, or the checkout's.

    Raises:
        SettingsError: if neither is there.
    """
    for folder in (Path("config"), CHECKOUT / "config"):
        if (folder / Path(WHERE).name).is_file():
            return folder
    raise SettingsError(
        where=WHERE,
        what="it is neither here nor beside the installed package",
        mend="run in a checkout of the repository, or copy its folder config/ here",
    )


def _by_body(given: object) -> object:
    return {"default": given} if isinstance(given, str) else given


class Configuration(Experiment):
    """`config/config.yaml` says what is built, and how."""

    tables: tuple[str, ...] = Field(
        default=("demo",), description="`snakemake all` builds these tables."
    )
    figures: tuple[str, ...] = Field(
        default=(), description="`snakemake all` draws these figures of the papers."
    )
    reports: dict[Name, tuple[str, ...]] = Field(
        default={"report": ("demo",)},
        description="Each report, `results/<name>.html`, shows the tables listed under its name.",
    )
    hyperparameters: Annotated[dict[str, Origin], BeforeValidator(_by_body)] = Field(
        default={"default": "published"},
        description="For all bodies, or by body and `default`: runs take the official"
        " configurations (`published`), what a search finds that starts from these (`tuned`), or"
        " config/hyperparameters.yaml without the official ones (`default`).",
    )
    body_folders: dict[str, str] = Field(
        default={},
        description="The weights of a body that is named here are taken from this folder.",
    )
    proxies: dict[str, str] = Field(
        default={},
        description="The source of a body that is named here is this proxy, not the body's own.",
    )
    source_samples: Count = Field(
        default=SOURCE_SAMPLES,
        description="This many source samples are embedded and cached, at most.",
    )
    pretraining: PretrainSettings = Field(
        default=PretrainSettings(),
        description="Bodies that this project makes itself are pretrained by these settings.",
    )
    tuning: TuningSettings = Field(
        default=TuningSettings(), description="The search for settings uses these."
    )
    tuning_by_body: dict[str, dict[str, Any]] = Field(
        default={}, description="The search of a body that is named here differs in these keys."
    )
    tune_workers: Count = Field(default=2, description="This many jobs share one search.")
    tune_workers_by_body: dict[str, Count] = Field(
        default={},
        description="The search of a body that is named here has its own number of jobs.",
    )
    peers: dict[str, dict[str, Any]] = Field(
        default={},
        description="A peer named here has these settings over its own defaults.",
    )
    hours_per_job: Annotated[float, Field(gt=0)] = Field(
        default=8.0,
        description="Seeds share a job while they take about this many hours of a V100 together;"
        " a very small number gives each seed a job of its own.",
    )
    largest_job_mb: Count = Field(
        default=64_000, description="No job asks for more megabytes of main memory than this."
    )
    longest_job_minutes: Count = Field(
        default=2880,
        description="No job asks for more time than this; a run that meets its limit goes on in"
        " the next attempt.",
    )
    checkpoint_seconds: CheckpointSeconds = Field(
        default=CHECKPOINT_SECONDS,
        description="Two checkpoints of a run lie at least this many seconds apart, and take a"
        " hundredth of its time at most; 0 writes one at each step.",
    )
    runs_per_gpu: Count = Field(
        default=1,
        description="This many jobs share a GPU where no cluster assigns them; set the profile's `gpu`"
        " to the number of GPUs times this.",
    )
    gpu_model: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9_.:-]*$",
        description="A cluster is asked for this GPU, by the name that it has there; empty asks"
        " for any.",
    )
    device: str = Field(
        default="auto",
        pattern=r"^(auto|cpu|cuda(:\d+)?)$",
        description="Runs use this device: `auto`, `cpu`, `cuda` or `cuda:1`.",
    )

    def check_names(self) -> None:
        """Check the names that other things are declared by, and the entries of a person's tasks.

        Raises:
            SettingsError: for the first that is not declared; it offers the nearest.
        """
        bodies = (
            self.bodies.values(), self.seeds_by_body, self.body_folders, self.tuning_by_body,
            self.tune_workers_by_body, self.proxies, {*self.hyperparameters} - {"default"},
        )  # fmt: skip
        named: list[tuple[str, Iterable[str], Declarations[Any]]] = [
            ("tables", self.tables, TABLES),
            ("figures", self.figures, FIGURES),
            ("reports", chain.from_iterable(self.reports.values()), TABLES),
            ("bodies", chain(*bodies), BODIES),
            ("proxies", self.proxies.values(), PROXIES),
            ("peers", self.peers, PEERS),
        ]
        for key, names, declared in named:
            for name in names:
                declared.look_up(name, where=f"{PLACE}, {key}")
        for peer in self.peers:
            self.peer_settings(peer)
        for name in self.tasks:
            self._check_own(name, where=f"{PLACE}, tasks.{name}")

    def _check_own(self, name: str, *, where: str) -> None:
        if name in TASKS:
            raise SettingsError(
                where=where,
                what="a declared task has this name already",
                mend="give your own task another name",
            )
        own = entry_of(self.tasks[name], where=where)
        check_groups(own.settings, all_groups(), where=f"{where}, settings")
        for body in own.bodies:
            BODIES.look_up(body, where=f"{where}, bodies")

    def peer_settings(self, peer: str) -> dict[str, Any]:
        """Return the settings of a peer.

        Raises:
            SettingsError: for the first that it does not know.
        """
        given = self.peers.get(peer, {})
        return PEERS[peer].with_settings(given, where=f"{PLACE}, peers.{peer}")

    def origin_of(self, body: str) -> Origin:
        """Return where the settings of a body's runs come from."""
        if self.protocol == "published":
            return "published"
        return self.hyperparameters.get(body, self.hyperparameters.get("default", "published"))

    def tuning_of(self, body: str) -> TuningSettings:
        """Return the search settings of a body."""
        content = merge(self.tuning.model_dump(), self.tuning_by_body.get(body, {}))
        return checked(TuningSettings, content, where=f"{PLACE}, tuning_by_body.{body}")

    def workers_of(self, body: str) -> int:
        """Return how many jobs share a body's search."""
        return self.tune_workers_by_body.get(body, self.tune_workers)

    @property
    def experiment(self) -> Experiment:
        """The part that says which runs there are."""
        return Experiment(**self.model_dump(include=set(Experiment.model_fields)))
