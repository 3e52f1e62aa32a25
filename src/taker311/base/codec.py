"""How plain values become bytes and come back: one place, so that every file of ours is read and written alike."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


class Value(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=False):
    """Base of the plain values that cross rooms: frozen, compared by content, read strictly by type.

    A field that a newer version added is skipped by an older reader, so that mixed versions of the desk get along.
    """


def pack(value: Any) -> bytes:
    """Canonical MessagePack: the same value gives the same bytes."""
    return msgspec.msgpack.encode(value, order="sorted")


def unpack(data: bytes, kind: type[T]) -> T:
    """Raises msgspec.ValidationError or msgspec.DecodeError (both ValueError) where the bytes are not a `kind`."""
    return msgspec.msgpack.decode(data, type=kind)


def to_json(value: Any) -> str:
    """Canonical JSON on one line, keys sorted."""
    return msgspec.json.encode(value, order="sorted").decode()


def from_json(data: bytes | str, kind: type[T]) -> T:
    return msgspec.json.decode(data, type=kind)
