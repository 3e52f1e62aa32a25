"""Where this desk keeps its things."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from taker311.base.codec import Value


class Paths(Value, frozen=True):
    """`config` holds settings.toml, `data` the seats (queue and calls), `cache` what can be derived again."""

    config: str
    data: str
    cache: str

    @property
    def settings_file(self) -> Path:
        return Path(self.config) / "settings.toml"

    def seat(self, name: str) -> Path:
        """The folder of one agent's seat on this machine; only letters, digits, dash and underscore of `name` count."""
        safe = "".join(c for c in name if c.isalnum() or c in "-_") or "main"
        return Path(self.data) / "seats" / safe


def find_paths(environment: Mapping[str, str] | None = None) -> Paths:
    """`TAKER311_HOME` moves config, data and cache together; else the system's own places."""
    environment = os.environ if environment is None else environment
    home = environment.get("TAKER311_HOME")
    if home:
        base = Path(home).expanduser().absolute()
        return Paths(config=str(base / "config"), data=str(base / "data"), cache=str(base / "cache"))
    import platformdirs

    return Paths(
        config=platformdirs.user_config_dir("taker311", appauthor=False),
        data=platformdirs.user_data_dir("taker311", appauthor=False),
        cache=platformdirs.user_cache_dir("taker311", appauthor=False),
    )
