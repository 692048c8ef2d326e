"""Memory that is freed is given back: glibc, left alone, keeps it in an arena per thread."""

import ctypes

# numbers of glibc's malloc.h
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
_ARENAS = 2
_LARGE = 2**20  # bytes: larger blocks are mapped by themselves and unmapped when they are freed


def keep_memory_flat() -> bool:
    """To be called once, before threads start; says whether this C library could be told.

    A process of many threads that works on batches of arrays grows by what each thread once
    needed; over 8,000 comments that was 200 MiB of the scheduler.
    """
    tell = getattr(ctypes.CDLL(None), "mallopt", None)
    if tell is None:  # not glibc: its own allocator, its own ways
        return False
    told = ((_M_ARENA_MAX, _ARENAS), (_M_MMAP_THRESHOLD, _LARGE), (_M_TRIM_THRESHOLD, _LARGE))
    return all(tell(what, value) == 1 for what, value in told)
