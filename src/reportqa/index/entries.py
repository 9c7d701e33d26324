"""What is written into an index: documents with their sections, passages, figures and vectors."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from reportqa.index.dense import Vectors
from reportqa.index.store import UnitRange
from reportqa.reading.metadata import Metadata
from reportqa.text.records import Document, Figure, Illustration, Passage, Section


@dataclass(frozen=True, slots=True)
class PassageVectors:
    """The vectors of a passage's units, shape (units, dim), and of its figures, shape (figures, dim)."""

    units: Vectors
    figures: Vectors


@dataclass(frozen=True, slots=True)
class PassageEntry:
    """What is written for one passage."""

    passage: Passage
    text: str
    units: tuple[UnitRange, ...]
    vectors: PassageVectors
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class DocumentEntry:
    """What is written for one document, as it was read; ``metadata`` is what is known of it after corrections.

    The ``image`` of an illustration is the name of one of the document's pictures (:func:`tie_pictures`).
    """

    document: Document
    sections: tuple[Section, ...]
    illustrations: tuple[Illustration, ...]
    passages: tuple[PassageEntry, ...]
    metadata: Metadata | None = None


@dataclass(frozen=True, slots=True)
class KeptDocument:
    """A document that is taken over from the old index, with what is now known of it."""

    name: str
    metadata: Metadata


@dataclass(frozen=True, slots=True)
class Origin:
    """What an index is made of: hashes of the files' bytes by the reports' names, settings, and the paths given."""

    sources: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    roots: tuple[str, ...] = ()

    @property
    def extras(self) -> dict[str, str]:
        """The hashes of the settings, by which a change of them shows."""
        return {
            key: hashlib.blake2b(value.encode("utf-8"), digest_size=16).hexdigest()
            for key, value in sorted(self.settings.items())
        }
