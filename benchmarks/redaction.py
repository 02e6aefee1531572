"""Redaction of 0.1, 1 and 10 MB: seconds for ordinary texts, and for those made to stall it.

    python benchmarks/redaction.py

To reach: 1 MB of any text under 0.5 s, and ten times the length in about ten times the time.
"""

from __future__ import annotations

import random
import string
import time

from rtdoctor.secrets.redactor import Redactor

SIZES = (100_000, 1_000_000, 10_000_000)
_CHANCE = random.Random(1)


def token() -> str:
    return "sk-" + "".join(_CHANCE.choices(string.ascii_letters + string.digits, k=24)) + " "


TEXTS = {
    "prose": "The session could not be created because the model is not known. ",
    "JSON": '{"type":"error","error":{"message":"Unknown parameter","param":"session.voice"}},',
    "user:password URLs": "a://b:c@",
    "keys": "".join(token() for _ in range(2000)),
    "token=": "".join(f"token={token()[3:-1]}&" for _ in range(2000)),
    "IP addresses": "10.1.2.3 ",
    "escapes": "\\u0041%41&amp;",
    "base64": "c2stYWJjZGVmZ2hpamtsbW5vcHFyc3R1dg== ",
    "open quotes": '"token": "',
}


def main() -> None:
    print(f"{'text':<20}" + "".join(f"{size / 1e6:>10g} MB" for size in SIZES))
    for name, piece in TEXTS.items():
        print(f"{name:<20}", end="")
        for size in SIZES:
            text = piece * (size // len(piece))
            began = time.process_time()
            Redactor().clean_text(text)
            print(f"{time.process_time() - began:>11.2f} s", end="", flush=True)
        print()


if __name__ == "__main__":
    main()
