"""AES-256-GCM. A file of its own: its library weighs 7 MB, and is loaded with the first secret that is sealed."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def seal(key: bytes, nonce: bytes, plain: bytes, belongs_to: str) -> bytes:
    """What only this key opens, and only as what it is."""
    return AESGCM(key).encrypt(nonce, plain, belongs_to.encode())


def unseal(key: bytes, nonce: bytes, sealed: bytes, belongs_to: str) -> bytes:
    """What was sealed; raises ValueError when it was changed or belongs to somebody else."""
    try:
        return AESGCM(key).decrypt(nonce, sealed, belongs_to.encode())
    except InvalidTag as error:
        raise ValueError("the seal is broken") from error
