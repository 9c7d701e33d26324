"""What a document is made of: sections, paragraphs, passages, tables, pictures and their captions."""
