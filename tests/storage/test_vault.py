"""What the vault seals opens with its key, as what it was, and never otherwise."""

import pickle
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import BaseModel

from gofer.core.errors import Refused
from gofer.core.secret import Secret
from gofer.storage.vault import FILE, Sealed, Vault, new_key

PLAIN = Secret(b"cookie=canary")


def test_what_was_sealed_opens_again(tmp_path: Path) -> None:
    sealed = Vault(tmp_path).seal(PLAIN, "ann/shop/1")
    assert Vault(tmp_path).open(sealed, "ann/shop/1") == PLAIN
    assert b"canary" not in sealed.data


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as many:
        sealed = list(many.map(lambda number: Vault(tmp_path).seal(PLAIN, "x"), range(8)))
    assert len({one.key_id for one in sealed}) == 1
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_another_principals_record_does_not_open(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    sealed = vault.seal(PLAIN, "ann/shop/1")
    for other in ("bob/shop/1", "ann/bank/1", "ann/shop/2"):
        with pytest.raises(Refused, match="belongs to somebody else"):
            vault.open(sealed, other)


@pytest.mark.parametrize("place", [0, 11, 12, -1])
def test_a_changed_byte_is_noticed(tmp_path: Path, place: int) -> None:
    vault = Vault(tmp_path)
    sealed = vault.seal(PLAIN, "x")
    changed = bytearray(sealed.data)
    changed[place] ^= 1
    for data in (bytes(changed), sealed.data[:5], b""):
        with pytest.raises(Refused):
            vault.open(Sealed(sealed.key_id, data), "x")


def test_after_a_rotation_the_old_key_still_opens_and_the_new_one_seals(tmp_path: Path) -> None:
    old, new = new_key(), new_key()
    before = Vault(tmp_path, Secret(old)).seal(PLAIN, "x")
    both = Vault(tmp_path, Secret(f"{new},{old}"))
    assert both.open(before, "x") == PLAIN
    after = both.seal(PLAIN, "x")
    assert after.key_id != before.key_id
    assert Vault(tmp_path, Secret(new)).open(after, "x") == PLAIN
    with pytest.raises(Refused, match="does not have"):
        Vault(tmp_path, Secret(new)).open(before, "x")
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize("key", ["hello", "", "AAAA", "ä"])
def test_a_key_that_is_none_is_refused_with_what_to_do(tmp_path: Path, key: str) -> None:
    with pytest.raises(Refused) as caught:
        Vault(tmp_path, Secret(key)).seal(PLAIN, "x")
    assert caught.value.code == "ERR_SETTINGS"
    assert key == "" or key not in caught.value.message


class Holder(BaseModel):
    """Something that holds a secret."""

    secret: Secret[str]


def test_a_secret_shows_itself_nowhere() -> None:
    holder = Holder.model_validate({"secret": "hunter2"})
    shown = (repr(holder), str(holder.secret), f"{holder.secret}", holder.model_dump_json(), str(holder.model_dump()))
    assert all("hunter2" not in text for text in shown)
    assert holder.secret.reveal() == "hunter2"
    with pytest.raises(TypeError):
        pickle.dumps(holder.secret)
