"""The model that serves, followed while it serves: a promoted one is taken up at the next batch.

A model that cannot be loaded stops nothing: the last good one goes on judging, and the problem
stands in the log, in `otklik model list` and on the page of the model.
"""

import threading
from collections.abc import Sequence

import structlog

from classifier.model import Classifier
from otklik.enums import Effort
from otklik.errors import InputError, ModelError
from otklik.registry import SHIPPED, Pointer, Registry
from otklik.verdicts import Verdict

log = structlog.get_logger("otklik.serving")


class Serving:
    """A judge that follows the registry's pointer. Safe to share between threads.

    Raises:
        ModelError: not even the shipped model can be loaded.
    """

    def __init__(self, registry: Registry, effort: Effort = Effort.THOROUGH) -> None:
        self._registry, self._effort = registry, effort
        self._lock = threading.Lock()
        self._stamp: tuple[int, int, int] | None = None
        self.problem = ""
        self._serving = ""
        self._current = self._begin()

    @property
    def version(self) -> str:
        """Version of the model that judges now, as its manifest has it."""
        return self._current.version

    def judge(self, texts: Sequence[str]) -> list[Verdict]:
        """One verdict per text, in order, all by one model."""
        self.follow()
        return self._current.judge(texts)

    def follow(self) -> None:
        """Take up what the pointer names by now, if it can be loaded."""
        with self._lock:
            stamp = self._registry.stamp()
            if stamp == self._stamp:
                return
            self._stamp, self.problem = stamp, ""
            try:
                wanted = self._registry.pointer().serving
                if wanted != self._serving:
                    self._current = self._load(wanted)
                    self._serving = wanted
                    log.info("another model serves", version=self._current.version)
            except (ModelError, InputError) as error:
                self._note(error)

    def _begin(self) -> Classifier:
        """The newest model of the pointer's stack that can be loaded, at last the shipped one."""
        self._stamp = self._registry.stamp()
        try:
            stack = self._registry.pointer().stack
        except ModelError as error:
            self._note(error)
            stack = Pointer().stack
        for version in reversed(stack):
            try:
                self._serving = version
                return self._load(version)
            except (ModelError, InputError) as error:
                self._note(error)
        self._serving = SHIPPED
        return self._load(SHIPPED)

    def _load(self, version: str) -> Classifier:
        return Classifier.load(self._registry.place(version), self._effort)

    def _note(self, error: Exception) -> None:
        self.problem = self.problem or str(error)
        log.error("this model cannot serve", error=str(error), serving=self._serving)
