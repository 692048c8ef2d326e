"""What a process of many threads no longer needs is given back to the machine."""

import platform
import subprocess
import sys

import pytest

WORK = """
import sys, threading
from pathlib import Path
from otklik.allocator import keep_memory_flat

if sys.argv[1] == "flat":
    assert keep_memory_flat()

def held():
    return int(Path("/proc/self/statm").read_text().split()[1])

def work():
    for _ in range(5):
        block = b"x" * 8_000_000  # as an array of one batch
        there.wait()
        del block

there = threading.Barrier(8)
before = held()
together = [threading.Thread(target=work) for _ in range(8)]
for one in together:
    one.start()
for one in together:
    one.join()
print(held() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library's allocator")
def test_what_threads_needed_for_a_while_is_not_kept() -> None:
    grown = {how: _grown(how) for how in ("flat", "as it is")}
    assert grown["flat"] * 2 < grown["as it is"], grown


def _grown(how: str) -> int:
    """Pages held more than before the work."""
    run = subprocess.run(
        [sys.executable, "-c", WORK, how], capture_output=True, text=True, check=True, timeout=120
    )
    return int(run.stdout)
