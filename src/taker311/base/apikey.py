"""The CRM's API key: in an environment variable, or in the system's keyring; never in a file of ours."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from typing import Any

from taker311.base.errors import UserError
from taker311.base.settings import CrmSettings

SERVICE = "taker311"
_PATIENCE_S = 2.0  # a keyring that waits for somebody to unlock it must not hold up a desk


def read_key(crm: CrmSettings, environment: Mapping[str, str] | None = None) -> str:
    """The variable that the settings name, else what the keyring holds for the endpoint; '' where there is neither."""
    environment = os.environ if environment is None else environment
    found = environment.get(crm.key_env, "").strip()
    if found or not crm.endpoint or not crm.key_in_keyring:
        return found
    return _within(lambda: _keyring().get_password(SERVICE, crm.endpoint)) or ""


def keep_key(endpoint: str, key: str) -> None:
    """Puts the key into the system's keyring. Raises UserError where there is none that can be trusted with it."""
    done = _within(lambda: _kept(endpoint, key))
    if not done:
        raise UserError(
            "The system's keyring did not take the API key (none is installed, or it is locked); "
            "keep it in an environment variable and name that with --key-env."
        )


def _kept(endpoint: str, key: str) -> bool:
    ring = _keyring()
    ring.set_password(SERVICE, endpoint, key)
    return bool(ring.get_password(SERVICE, endpoint) == key)


def _keyring() -> Any:
    """The extra `[keyring]`. A back end that writes plain files is as bad as none."""
    import keyring

    ring = keyring.get_keyring()
    if float(getattr(ring, "priority", 0)) < 1 or "plaintext" in type(ring).__name__.lower():
        raise RuntimeError("no keyring that can be trusted")
    return ring


def _within(work: Callable[[], Any]) -> Any:
    """The answer, or None after two seconds or for whatever goes wrong there."""
    found: list[Any] = []

    def ask() -> None:
        try:
            found.append(work())
        except Exception:  # noqa: BLE001 - a keyring's back ends fail in ways of their own; all mean that there is no key
            return

    thread = threading.Thread(target=ask, name="keyring", daemon=True)
    thread.start()
    thread.join(_PATIENCE_S)
    return found[0] if found else None
