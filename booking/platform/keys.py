"""Making the secrets that the environment must hold.

`python -m booking.platform.keys` works on a machine that has none yet.
"""

import secrets
from collections.abc import Collection

import click
from cryptography.fernet import Fernet


def fresh(held: Collection[int] = ()) -> list[str]:
    """Lines for the environment; `held` are the versions of the data keys there are already."""
    version = max(held, default=0) + 1
    return [
        f"RETTID_DATA_KEYS={version}:{Fernet.generate_key().decode()}",
        f"RETTID_SESSION_KEY={secrets.token_urlsafe(32)}",
        f"RETTID_LOOKUP_KEY={secrets.token_urlsafe(32)}",
    ]


if __name__ == "__main__":
    for line in fresh():
        click.echo(line)
