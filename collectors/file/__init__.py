"""Exports on disk: JSONL, CSV (also gzipped) and XLSX, as platforms and people write them.

A row with an id keeps it within its dataset. A row without one is known by its content and by
its place among equal contents, so that the same export read again, renamed, or with rows added
at either end brings in nothing twice; give `dataset` to keep equal rows of two exports apart.
What a file says of labels (stance, topic, toxicity …) stays in `original` and is never more
than a remark of the file's.
"""

from collectors.file.platform import File, FileSettings

__all__ = ["File", "FileSettings"]
