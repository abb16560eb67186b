"""How passwords are kept."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id with 19 MiB of memory, two passes and one lane: what the OWASP Password Storage
    Cheat Sheet asks for. Django's own 100 MiB for each login would be more than a small server has
    when many people log in or sign at once."""

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1
