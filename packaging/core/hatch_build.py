"""What `marketfold-core` is, from the `pyproject.toml` of Marketfold."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class CoreMetadata(MetadataHookInterface):
    """The whole project's metadata; what a network needs is an extra here, and not a dependency."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Fill in every field that `pyproject.toml` calls dynamic."""
        whole = tomllib.loads(Path(self.root, "..", "..", "pyproject.toml").read_text(encoding="utf-8"))["project"]
        of_network = {
            needed: re.split(r"[^\w-]", needed, maxsplit=1)[0] in self.config["network"]
            for needed in whole["dependencies"]
        }
        network = [needed for needed, is_of_it in of_network.items() if is_of_it]
        extras = whole["optional-dependencies"]
        metadata |= {field: whole[field] for field in metadata["dynamic"] if field in whole} | {
            "description": f"{whole['description']} Without what trains a network.",
            "dependencies": [needed for needed in whole["dependencies"] if needed not in network],
            "optional-dependencies": {"network": network} | {name: extras[name] for name in self.config["extras"]},
        }
