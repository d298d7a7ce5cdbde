"""What the workflow says to a job in a file beside its results, and the job reads there."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field

from orca.models.body import BODIES
from orca.provenance import write_text
from orca.settings import Groups, Settings, checked, checked_groups, merge, not_default, read_yaml
from orca.training.settings import CHECKPOINT_SECONDS, CheckpointSeconds


class JobSettings(Settings):
    """Only what the step reads, and of that only what differs from the defaults."""

    settings: dict[str, dict[str, Any]] = Field(
        default={}, description="These settings, by group, differ from their defaults."
    )
    hyperparameters: Literal["published", "tuned", "default"] = Field(
        default="default",
        description="The settings are the official code's, the project's own defaults, or those"
        " above with what a search found put over them (`tuned`).",
    )
    fixed: dict[str, dict[str, Any]] = Field(
        default={}, description="The method's settings, by group, are put over the tuned ones."
    )
    alignment: str = Field(
        default="", description="Fine-tuning starts from the embedder of this alignment."
    )
    proxy: str = Field(
        default="", description="The source is this proxy; empty for the body's own."
    )
    space: dict[str, list[Any]] = Field(
        default={}, description="A search may choose these values, by `group.key`."
    )
    checkpoint_seconds: CheckpointSeconds = Field(
        default=CHECKPOINT_SECONDS,
        description="Two checkpoints lie at least this many seconds apart, and take a hundredth of the"
        " time at most; 0 writes one at each step.",
    )

    @classmethod
    def read(cls, path: Path) -> "JobSettings":
        """Return what a file says; the defaults where there is none.

        Raises:
            SettingsError: if the file is damaged or has an unknown key.
        """
        return checked(cls, read_yaml(path), where=str(path)) if path.exists() else cls()

    def proxy_of(self, body: str) -> str:
        """Return the source proxy of a body.

        Raises:
            SettingsError: if there is no such body.
        """
        return self.proxy or BODIES.look_up(body, where="the body asked for").proxy

    def groups(
        self, known: Mapping[str, type[Settings]], *changes: Mapping[str, Any], where: Path
    ) -> dict[str, Any]:
        """Return the groups of settings that a step reads, with changes put over them in order.

        Changes of other groups are other steps'.

        Raises:
            SettingsError: for the first group, key or value that is not allowed.
        """
        checked_groups(self.settings, known, where=str(where))
        merged: dict[str, Any] = self.settings
        for change in changes:
            merged = merge(merged, change)
        return checked_groups({g: merged.get(g, {}) for g in known}, known, where=str(where))


def that_differ(groups: Groups) -> dict[str, dict[str, Any]]:
    """Return the settings that differ from their defaults, by group; empty groups are left out."""
    differing = {name: not_default(group) for name, group in groups.items()}
    return {name: values for name, values in differing.items() if values}


def write_settings(path: Path, content: Mapping[str, Any]) -> None:
    """Write plain values as YAML, unless the file holds them already."""
    text = yaml.safe_dump(dict(content), sort_keys=False, default_flow_style=None, width=100)
    if path.is_file() and path.read_bytes() == text.encode():
        return
    write_text(path, text)
