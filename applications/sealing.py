"""Secrets at rest: personal data sealed, found again by a blind index; the reference and the secret of an application.

The keys come from settings and are apart from SECRET_KEY: PORTAL_DATA_KEYS (the first one seals, each one unseals) and
PORTAL_INDEX_KEY (of all keyed hashes; it cannot be rotated without computing every index and hash again).
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.utils.translation import gettext_lazy as _

from applications import writing

Sealed = Any  # what a column of sealed bytes gives: bytes, or a memoryview of them


class CannotUnseal(Exception):
    """Sealed with a key that is not there any more, or altered since. Says nothing of the content."""


# --- sealed documents and files -----------------------------------------------------------------------------------


def seal(document: dict[str, Any]) -> bytes:
    """A JSON document encrypted and authenticated under the first data key. TypeError, ValueError where it is none."""
    return seal_bytes(json.dumps(document, separators=(",", ":"), allow_nan=False).encode())


def unseal(sealed: Sealed) -> dict[str, Any]:
    """The document of `seal`. Raises CannotUnseal."""
    return json.loads(unseal_bytes(sealed))


def seal_bytes(content: bytes) -> bytes:
    """As `seal`, for the content of a file; a third longer. The time of sealing can be read without a key."""
    return _fernet(tuple(settings.PORTAL_DATA_KEYS)).encrypt(content)


def unseal_bytes(sealed: Sealed) -> bytes:
    """The content of `seal_bytes`. Raises CannotUnseal."""
    with _told():
        return _fernet(tuple(settings.PORTAL_DATA_KEYS)).decrypt(bytes(sealed))


def reseal(sealed: Sealed) -> bytes:
    """The same content under the first data key, for taking an older one out of use. Raises CannotUnseal."""
    with _told():
        return _fernet(tuple(settings.PORTAL_DATA_KEYS)).rotate(bytes(sealed))


@contextmanager
def _told() -> Iterator[None]:
    """Words the library's wordless refusal."""
    try:
        yield
    except InvalidToken:
        raise CannotUnseal("No key of PORTAL_DATA_KEYS opens this, or it was altered since it was sealed.") from None


@lru_cache(maxsize=8)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise ImproperlyConfigured("Set PORTAL_DATA_KEYS: without it no personal data can be sealed or read.")
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(key))) for key in keys])


def _derived(key: str) -> bytes:
    """32 bytes from a random text of any form, so that one recipe (openssl rand -hex 32) makes every secret."""
    return HKDF(SHA256(), length=32, salt=None, info=b"portal: personal data").derive(key.encode())


# --- keyed hashes -------------------------------------------------------------------------------------------------


def blind_index(kind: str, number: str) -> bytes:
    """32 bytes, equal for equivalent writings of a number of one kind and for nothing else: for equality search.

    Give `documents.holders_number` where one person is to be found twice.
    """
    return _keyed("index", kind, writing.compact(number))


def secret_hash(secret: str) -> bytes:
    """32 bytes to keep in place of an application's secret."""
    return _keyed("secret", _as_typed(secret))


def secret_matches(secret: str, kept: Sealed) -> bool:
    """Whether a secret as typed is the one whose hash is kept, in constant time."""
    return hmac.compare_digest(secret_hash(secret), bytes(kept))


def digest(told: object) -> bytes:
    """32 bytes, equal for the same JSON: to compare a retry with what was sent first. Nobody can guess at it without
    the key, though answers are few and well known.
    """
    return _keyed("sent", json.dumps(told, sort_keys=True, ensure_ascii=False))


def _keyed(purpose: str, *parts: str) -> bytes:
    """HMAC-SHA-256 over the purpose and the parts, each with its length: no two lists of parts run together."""
    if not settings.PORTAL_INDEX_KEY:
        raise ImproperlyConfigured("Set PORTAL_INDEX_KEY: without it nothing sealed can be found.")
    encoded = [part.encode(errors="surrogatepass") for part in (purpose, *parts)]
    message = b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
    return hmac.digest(settings.PORTAL_INDEX_KEY.encode(), message, hashlib.sha256)


# --- what an applicant is handed: a public reference and a secret -------------------------------------------------
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's 32, without I, L, O and U
LOOK_ALIKES = str.maketrans("OIL", "011")
SECRET_GROUPS = 5  # of five characters of five bits: 125 bits
REFERENCE_RANDOM = 10  # characters, 50 bits; one check character follows


def new_secret() -> str:
    """125 random bits, grouped for reading: 8K2QD-0WXV5-... Shown once; keep `secret_hash`."""
    return _readable(secrets.token_bytes(16))


def derived_secret(application_id: object, idempotency_key: str) -> str:
    """The secret of an application made by this request: a retry is answered the same, though only a hash is kept."""
    return _readable(_keyed("derived secret", str(application_id), idempotency_key))


def _readable(random: bytes) -> str:
    bits = int.from_bytes(random, "big")
    characters = "".join(ALPHABET[bits >> 5 * place & 31] for place in range(5 * SECRET_GROUPS))
    return "-".join(characters[place : place + 5] for place in range(0, len(characters), 5))


def proof(number: str) -> str:
    """What a receipt's code carries beside the reference: 125 bits that nobody makes without our key."""
    return _readable(_keyed("receipt", number)).replace("-", "")


def new_reference() -> str:
    """A random reference of 11 characters, as stored. It tells nothing: no year, no place, no count.

    50 bits: among a million applications a new one is taken with a chance of one in a thousand million; the caller's
    UNIQUE decides.
    """
    random = "".join(secrets.choice(ALPHABET) for _place in range(REFERENCE_RANDOM))
    return random + ALPHABET[_double(_checksum(random))]


def reference(text: str) -> str:
    """What people type as it is stored: any case and width, blanks, dashes, O for 0, I and L for 1.

    Raises ValidationError: `required`, `form`, and `check` for a mistyped one. The check character catches every
    single wrong character and every two that are swapped.
    """
    typed = _as_typed(text)
    if not typed:
        raise writing.required()
    if len(typed) != REFERENCE_RANDOM + 1 or not set(typed) <= set(ALPHABET):
        raise ValidationError(_("A reference has 11 letters and digits; no letter in it is a U."), code="form")
    if _checksum(typed) != 0:
        raise ValidationError(_("This reference is mistyped: a character is wrong, or two are swapped."), code="check")
    return typed


def spelled(stored: str) -> str:
    """A reference in groups, for reading aloud: 7KQ2-M8ZD-4XA."""
    return "-".join(stored[place : place + 4] for place in range(0, len(stored), 4))


def _as_typed(text: str) -> str:
    dashes = dict.fromkeys(map(ord, "-‐‑‒–—―−·"))
    return writing.compact(text).translate(dashes).translate(LOOK_ALIKES)


def _checksum(text: str) -> int:
    """The sum, in the field of 32 elements, of each character's value times a power of two that no other place has.

    A single error changes one term by a factor that is not zero, and a swap changes two by different ones, so neither
    leaves the sum as it was. (ISO 7064 MOD 37,36 needs 36 characters, look-alikes among them; its like for 32 misses
    swaps.)
    """
    total = 0
    for character in text:
        total = _double(total) ^ ALPHABET.index(character)
    return total


def _double(element: int) -> int:
    """Times two modulo x^5 + x^2 + 1, which is primitive: 31 doublings pass through all elements but zero."""
    return element << 1 ^ (0b100101 if element & 16 else 0)
