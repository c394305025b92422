"""A key can be made before anything is configured."""

import subprocess
import sys

from cryptography.fernet import Fernet


def test_a_key_is_made_without_any_setting() -> None:
    made = subprocess.run([sys.executable, "manage.py", "make_key"], env={}, capture_output=True, text=True, check=True)
    assert Fernet(made.stdout.strip()).decrypt(Fernet(made.stdout.strip()).encrypt(b"word")) == b"word"
