"""LangChain: RecursiveCharacterTextSplitter and FAISS, and the two with BM25Retriever over jieba's words."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from langchain_community.vectorstores import FAISS
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_huggingface import HuggingFaceEmbeddings
from programs import PASSAGE_PREFIX, QUERY_PREFIX, SEPARATORS, TOP, Place, read_texts

# As many of each retriever as the ensemble then has to choose from; its own default would be four.
_DEPTH = 10


@dataclass
class Program:
    """Chunks of ``size`` characters with ``overlap``, cut at Chinese punctuation."""

    model: Path
    size: int
    overlap: int
    ensemble: bool = False

    def build(self, source: Path, index: Path) -> None:
        """Split, encode, and save the FAISS store."""
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        texts = read_texts(source)
        splitter = RecursiveCharacterTextSplitter(
            separators=list(SEPARATORS),
            keep_separator="end",
            chunk_size=self.size,
            chunk_overlap=self.overlap,
            add_start_index=True,
        )
        chunks = splitter.create_documents(list(texts.values()), [{"document": name} for name in texts])
        FAISS.from_documents(chunks, self._embeddings()).save_local(str(index))

    def open(self, index: Path, batch: bool) -> None:
        """Load the store; BM25Retriever has no storage of its own and is made from the store's documents."""
        store = FAISS.load_local(str(index), self._embeddings(), allow_dangerous_deserialization=True)
        if not self.ensemble:
            self._retriever: BaseRetriever = store.as_retriever(search_kwargs={"k": TOP})
            return
        import jieba
        from langchain_classic.retrievers import EnsembleRetriever
        from langchain_community.retrievers import BM25Retriever

        chunks = [store.docstore.search(key) for key in store.index_to_docstore_id.values()]
        words = BM25Retriever.from_documents(chunks, preprocess_func=jieba.lcut, k=_DEPTH)
        vectors = store.as_retriever(search_kwargs={"k": _DEPTH})
        self._retriever = EnsembleRetriever(retrievers=[words, vectors], weights=[0.5, 0.5])

    def search(self, question: str) -> list[Place]:
        """Ask the retriever."""
        return _places(self._retriever.invoke(question))

    def search_all(self, questions: Sequence[str]) -> list[list[Place]]:
        """Ask the retriever's batch, with a thread for each core."""
        found = self._retriever.batch(list(questions), config={"max_concurrency": os.cpu_count()})
        return [_places(documents) for documents in found]

    def _embeddings(self) -> HuggingFaceEmbeddings:
        return HuggingFaceEmbeddings(
            model_name=str(self.model),
            model_kwargs={"device": "cpu", "local_files_only": True},
            encode_kwargs={"prompt": PASSAGE_PREFIX, "normalize_embeddings": True},
            query_encode_kwargs={"prompt": QUERY_PREFIX, "normalize_embeddings": True},
        )


def _places(documents: list[Document]) -> list[Place]:
    return [
        Place(
            one.metadata["document"], one.metadata["start_index"], one.metadata["start_index"] + len(one.page_content)
        )
        for one in documents[:TOP]
    ]
