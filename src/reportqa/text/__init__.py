"""Language and records that every room above needs: spans, folding, words, numerals, units."""
