"""How long a question takes from a cold start, beside the imports that it cannot do without.

Run it with the interpreter of an environment that has skingraph: python benchmarks/cold_start.py
The two commands take turns, so that a machine that slows down slows both. It prints seconds of
processor time (user and system) at the median, and the ratio of the medians.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

BARE = [sys.executable, "-c", "import pyoxigraph, click"]
QUERY = ["query", "contraindications", "-f", "csv"]
ROUNDS = 21


def main() -> None:
    """Print the two medians and their ratio."""
    command = Path(sys.executable).with_name("skingraph")
    question = [str(command)] if command.exists() else [sys.executable, "-m", "skingraph"]
    bare, asked = [], []
    for _ in range(ROUNDS + 1):
        bare.append(processor_seconds(BARE))
        asked.append(processor_seconds([*question, *QUERY]))
    # The first round fills the disk cache and is not counted.
    base, whole = statistics.median(bare[1:]), statistics.median(asked[1:])
    print(f"import pyoxigraph, click          {base * 1000:6.1f} ms")
    print(f"skingraph {' '.join(QUERY)}  {whole * 1000:6.1f} ms")
    print(f"ratio                             {whole / base:6.2f}")


def processor_seconds(command: list[str]) -> float:
    """User and system time of a command and its children, in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=os.environ | {"LC_ALL": "C"})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
