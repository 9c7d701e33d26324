"""An index in Milvus: one file by Milvus Lite, or a server or cluster that many machines share (docs/milvus.md)."""
