"""The vault: what must not be read on the disk is sealed with a key that only this gofer has."""

import base64
import binascii
import contextlib
import hashlib
import importlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gofer.core.errors import Refused
from gofer.core.secret import Secret

KEY_BYTES = 32
NONCE_BYTES = 12
FILE = "vault.key"


@dataclass(frozen=True)
class Sealed:
    """What is stored: which key opens it, and the nonce with the sealed bytes."""

    key_id: str
    data: bytes


class Vault:
    """Seals and opens with AES-256-GCM. The newest key seals; every key that is known opens.

    `keys` is what GOFER_VAULT_KEY holds: keys in base64, newest first, apart by commas. Without it the key is in the
    data folder, made when it is first needed and readable by gofer's user only.
    """

    def __init__(self, folder: Path, keys: Secret[str] | None = None) -> None:
        self._file = folder / FILE
        self._given = keys
        self._keys: dict[str, bytes] = {}

    def seal(self, plain: Secret[bytes], belongs_to: str) -> Sealed:
        """Seal it so that it opens only as what it is: `belongs_to` says whose, and is checked when it is opened."""
        key_id, key = next(iter(self._known().items()))
        nonce = secrets.token_bytes(NONCE_BYTES)
        return Sealed(key_id, nonce + _cipher().seal(key, nonce, plain.reveal(), belongs_to))

    def open(self, sealed: Sealed, belongs_to: str) -> Secret[bytes]:
        """What was sealed; raises `Refused` when the key is unknown, or when it was changed or misplaced."""
        key = self._known().get(sealed.key_id)
        if key is None:
            raise Refused("It was sealed with a key that this gofer does not have.")
        nonce, body = sealed.data[:NONCE_BYTES], sealed.data[NONCE_BYTES:]
        try:
            return Secret(_cipher().unseal(key, nonce, body, belongs_to))
        except ValueError as error:
            raise Refused("It was damaged, or belongs to somebody else.") from error

    def _known(self) -> dict[str, bytes]:
        if not self._keys:
            text = self._given.reveal() if self._given is not None else _kept(self._file)
            self._keys = dict(map(_understood, text.replace(",", " ").split()))
            if not self._keys:
                raise Refused(f"There is no key in {self._file}.", code="ERR_SETTINGS")
        return self._keys


def _cipher() -> Any:
    return importlib.import_module("gofer.storage.cipher")


def new_key() -> str:
    """A fresh key as it is written down."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def _understood(word: str) -> tuple[str, bytes]:
    """A key and its name, which tells nothing of it."""
    try:
        key = base64.urlsafe_b64decode(word)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        message = f"A vault key is {KEY_BYTES} random bytes in base64, and one that was given is not."
        raise Refused(message, code="ERR_SETTINGS", next_step="Make one with: openssl rand -base64 32 | tr '+/' '-_'")
    return hashlib.sha256(b"gofer vault key" + key).hexdigest()[:8], key


def _kept(file: Path) -> str:
    """The key file's text; made now if there is none. Of two that make one at once, the first one's is used."""
    with contextlib.suppress(FileExistsError):
        _make(file)
    try:
        return file.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"The vault's key {file} cannot be read.", code="ERR_SETTINGS") from error


def _make(file: Path) -> None:
    """Whole or not at all: the name appears when the key is in it."""
    if file.exists():
        raise FileExistsError
    fresh = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as opened:
            opened.write(f"{new_key()}\n")
            opened.flush()
            os.fsync(opened.fileno())
        os.link(fresh, file)
    finally:
        fresh.unlink()
