"""The merchant's RSA key in short: its two primes. A function's settings are 4 KB at most; the whole key takes 1.6."""

import base64

_PRIME_BYTES = 128
_EXPONENT = 65537  # of every key that WeChat Pay's certificate tool makes


class WrongMerchantKey(ValueError):
    """It isn't an RSA key of 2048 bits as WeChat Pay's merchants have."""


def short(pem: str) -> str:
    """The short form of a key (`apiclient_key.pem`): both primes in base64, 344 characters. Raises WrongMerchantKey."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError) as error:
        raise WrongMerchantKey(str(error)) from None
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size != 16 * _PRIME_BYTES:
        raise WrongMerchantKey("an RSA key of 2048 bits is needed")
    told = key.private_numbers()
    if told.public_numbers.e != _EXPONENT:
        raise WrongMerchantKey("its public exponent isn't 65537")
    primes = b"".join(prime.to_bytes(_PRIME_BYTES, "big") for prime in (told.p, told.q))
    return base64.b64encode(primes).decode()


def whole(told: str) -> str:
    """The key in PEM (PKCS #8) from its short form. Raises WrongMerchantKey."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    try:
        primes = base64.b64decode(told, validate=True)
    except ValueError:
        primes = b""
    if len(primes) != 2 * _PRIME_BYTES:
        raise WrongMerchantKey("its two primes are 256 bytes")
    p, q = (int.from_bytes(half, "big") for half in (primes[:_PRIME_BYTES], primes[_PRIME_BYTES:]))
    try:
        d = pow(_EXPONENT, -1, (p - 1) * (q - 1))
        public = rsa.RSAPublicNumbers(_EXPONENT, p * q)
        numbers = rsa.RSAPrivateNumbers(
            p, q, d, rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q), public
        )
        key = numbers.private_key()
    except ValueError as error:
        raise WrongMerchantKey(str(error)) from None
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode().strip()
