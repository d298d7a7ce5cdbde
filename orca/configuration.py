"""What the files under `config/` say: which runs there are, and where their settings come from."""

from typing import Annotated, Any, Literal

from pydantic import Field

from orca.settings import (
    Count,
    FinetuneSettings,
    PretrainSettings,
    Settings,
    TuningSettings,
    checked,
    merge,
)


class Choices(Settings):
    """`config/config.yaml`: what is built, and how."""

    tables: tuple[str, ...] = Field(("demo",), description="tables in `snakemake all`")
    figures: tuple[str, ...] = Field((), description="figures of the papers in `snakemake all`")
    reports: dict[str, tuple[str, ...]] = Field(
        {"report": ("demo",)}, description="tables of each report, `results/<name>.html`"
    )
    bodies: dict[Literal["sequence", "grid"], str] = Field(
        {"sequence": "roberta_base", "grid": "swin_base"},
        description="the body of each kind of input, in tables that do not name one",
    )
    bodies_to_choose_from: tuple[str, ...] = Field(
        ("roberta_base", "swin_base"),
        min_length=1,
        description="of these, `orca_auto` takes the one that lies closest after alignment",
    )
    seeds: Count = Field(5, description="runs of each cell, with the seeds 0, 1, ...")
    seeds_by_body: dict[str, Count] = Field({}, description="where a body has another number")
    seeds_by_task: dict[str, Count] = Field({}, description="where a task has another number")
    seeds_per_job: Count = Field(
        1, description="seeds that one process runs, to spend less time on starting up"
    )
    hours_per_job: Annotated[float, Field(gt=0)] = Field(
        8.0, description="seeds share a job as long as it takes about so many hours on a V100"
    )
    largest_job_mb: Count = Field(
        64_000, description="no job asks for more memory: what the largest node has"
    )
    longest_job_minutes: Count = Field(
        2880, description="no job asks for more time; a run that meets its limit is gone on with"
    )
    seeds_per_job_by_body: dict[str, Count] = Field(
        {}, description="where a body has another number"
    )
    hyperparameters: dict[str, Literal["published", "tuned", "default"]] = Field(
        {"default": "published"},
        description="by body, or `default`: the official configurations, those that `tune`"
        " finds, or the defaults of config/hyperparameters.yaml alone",
    )
    body_folders: dict[str, str] = Field(
        {}, description="folder that holds a body's weights, by body"
    )
    source_samples: Count = Field(5000, description="source samples embedded and cached")
    pretraining: PretrainSettings = Field(
        PretrainSettings(), description="of bodies that this project makes itself"
    )
    tuning: TuningSettings = Field(TuningSettings(), description="the search")
    tuning_by_body: dict[str, dict[str, Any]] = Field(
        {}, description="where a body's search differs"
    )
    tasks: dict[str, dict[str, Any]] = Field({}, description="your own data sets; see the README")
    gpus_by_task: dict[str, Count] = Field(
        {}, description="GPUs that share each batch of fine-tuning, where it is more than one"
    )
    gpu_model: str = Field(
        "", description="GPU that a cluster is asked for, by the name it has there; any if empty"
    )
    device: str = Field("auto", description="`auto`, `cpu`, `cuda` or `cuda:1`")

    def seeds_of(self, task: str, body: str) -> tuple[int, ...]:
        """Return the seeds of each cell of this task and body."""
        count = self.seeds_by_task.get(task, self.seeds_by_body.get(body, self.seeds))
        return tuple(range(count))

    def hyperparameters_of(self, body: str) -> str:
        """Return where the settings of this body's runs come from."""
        return self.hyperparameters.get(body, self.hyperparameters.get("default", "published"))

    def tuning_of(self, body: str) -> TuningSettings:
        """Return the search settings of this body."""
        return checked(
            TuningSettings,
            {**self.tuning.model_dump(), **self.tuning_by_body.get(body, {})},
            where=f"config/config.yaml, tuning_by_body.{body}",
        )


class SearchSpace(Settings):
    """`config/search_space.yaml`: the values that a search may choose from, by setting."""

    default: dict[str, list[Any]] = Field(description="for every body (paper, A.2.2)")
    by_body: dict[str, dict[str, list[Any]]] = Field(
        {}, description="what a body's space has otherwise; an empty list leaves a setting out"
    )

    def of(self, body: str) -> dict[str, list[Any]]:
        """Return the space of a body.

        Raises:
            SettingsError: if a setting or one of its values is not allowed.
        """
        space = {**self.default, **self.by_body.get(body, {})}
        for key, values in space.items():
            for value in values:
                checked(FinetuneSettings, {key: value}, where="config/search_space.yaml")
        return {key: values for key, values in space.items() if values}


class Hyperparameters(Settings):
    """`config/hyperparameters.yaml`: defaults by body, differences by task and by method."""

    defaults: dict[str, dict[str, Any]] = Field(description="by body; `all` holds for every body")
    tasks: dict[str, dict[str, Any]] = Field({}, description="by task, or task/body")
    official: dict[str, dict[str, Any]] = Field(
        {}, description="the official code's configurations, by task/body"
    )
    methods: dict[str, dict[str, Any]] = Field({}, description="by method")

    def resolve(
        self, *, task: str, body: str, method: str = "", official: str = ""
    ) -> FinetuneSettings:
        """Return the settings of a run: later groups overrule earlier ones.

        Order: all bodies, the body, the official code's, the task, the task with this body, the
        method.

        Args:
            task: its name.
            body: its name.
            method: its name; empty for settings before any method's own.
            official: task whose official configuration with this body counts; empty for none.
        """
        merged: dict[str, Any] = {}
        groups = (
            ("defaults.all", self.defaults.get("all", {})),
            (f"defaults.{body}", self.defaults.get(body, {})),
            (
                f"official.{official}/{body}",
                self.official.get(f"{official}/{body}", {}) if official else {},
            ),
            (f"tasks.{task}", self.tasks.get(task, {})),
            (f"tasks.{task}/{body}", self.tasks.get(f"{task}/{body}", {})),
            (f"methods.{method}", self.methods.get(method, {})),
        )
        for name, group in groups:
            merged = merge(merged, group)
            checked(FinetuneSettings, merged, where=f"config/hyperparameters.yaml, {name}")
        return FinetuneSettings.model_validate(merged)
