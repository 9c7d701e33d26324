"""Haystack with its own in-memory store, saved as JSON: BM25, dense, or both fused by reciprocal rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from haystack import Document, Pipeline
from haystack.components.joiners import DocumentJoiner
from haystack.components.preprocessors import RecursiveDocumentSplitter
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from programs import PASSAGE_PREFIX, QUERY_PREFIX, SEPARATORS, TOP, Place, read_texts

_SIZE, _OVERLAP, _DEPTH = 300, 0, 10


@dataclass
class Program:
    """``methods`` are bm25, dense or both."""

    model: Path
    methods: list[str]

    def build(self, source: Path, index: Path) -> None:
        """Split, encode where vectors are asked for, and save the store."""
        documents = [Document(content=text, meta={"name": name}) for name, text in read_texts(source).items()]
        splitter = RecursiveDocumentSplitter(
            split_length=_SIZE, split_overlap=_OVERLAP, split_unit="char", separators=[s for s in SEPARATORS if s]
        )
        chunks = splitter.run(documents)["documents"]
        if "dense" in self.methods:
            from haystack_integrations.components.embedders.sentence_transformers import (
                SentenceTransformersDocumentEmbedder,
            )

            embedder = SentenceTransformersDocumentEmbedder(
                model=str(self.model), prefix=PASSAGE_PREFIX, normalize_embeddings=True, progress_bar=False
            )
            embedder.warm_up()
            chunks = embedder.run(chunks)["documents"]
        store = InMemoryDocumentStore()
        store.write_documents(chunks)
        store.save_to_disk(str(index))

    def open(self, index: Path, batch: bool) -> None:
        """Load the store and put the pipeline together."""
        store = InMemoryDocumentStore.load_from_disk(str(index))
        self._pipeline = Pipeline()
        self._pipeline.add_component("joined", DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=TOP))
        if "bm25" in self.methods:
            self._pipeline.add_component("bm25", InMemoryBM25Retriever(store, top_k=_DEPTH))
            self._pipeline.connect("bm25", "joined")
        if "dense" in self.methods:
            self._add_dense(store)
        self._pipeline.warm_up()

    def search(self, question: str) -> list[Place]:
        """Run the pipeline."""
        inputs = {"bm25": {"query": question}, "question": {"text": question}}
        used = {name: given for name, given in inputs.items() if name in self._pipeline.graph}
        return [_place(document) for document in self._pipeline.run(used)["joined"]["documents"]]

    def search_all(self, questions: Sequence[str]) -> list[list[Place]]:
        """Run the pipeline for each: it takes one question at a time."""
        return [self.search(question) for question in questions]

    def _add_dense(self, store: InMemoryDocumentStore) -> None:
        from haystack_integrations.components.embedders.sentence_transformers import SentenceTransformersTextEmbedder

        embedder = SentenceTransformersTextEmbedder(
            model=str(self.model), prefix=QUERY_PREFIX, normalize_embeddings=True, progress_bar=False
        )
        self._pipeline.add_component("question", embedder)
        self._pipeline.add_component("dense", InMemoryEmbeddingRetriever(store, top_k=_DEPTH))
        self._pipeline.connect("question.embedding", "dense.query_embedding")
        self._pipeline.connect("dense", "joined")


def _place(document: Document) -> Place:
    start = document.meta["split_idx_start"]
    return Place(document.meta["name"], start, start + len(document.content or ""))
