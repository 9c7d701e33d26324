"""The tables of an index's database, and how the rows of a document are copied from an older one."""

from __future__ import annotations

SCHEMA = """
CREATE TABLE documents(name TEXT PRIMARY KEY, digest TEXT, title TEXT, year INTEGER, region TEXT, genre TEXT,
                       found TEXT, pages TEXT, characters INTEGER, sections INTEGER, figures INTEGER,
                       first_passage INTEGER, passages INTEGER, text TEXT, notes TEXT);
CREATE TABLE sections(document TEXT, path TEXT, level INTEGER, start INTEGER, "end" INTEGER);
CREATE INDEX sections_by_document ON sections(document);
CREATE TABLE passages(number INTEGER PRIMARY KEY, document TEXT, section TEXT, paragraph INTEGER, spans TEXT,
                      leads TEXT, cells TEXT, first_unit INTEGER, units TEXT, words TEXT);
CREATE INDEX passages_by_document ON passages(document);
CREATE TABLE figures(row INTEGER PRIMARY KEY, document TEXT, start INTEGER, passage INTEGER, record TEXT);
CREATE INDEX figures_by_passage ON figures(passage);
CREATE INDEX figures_by_document ON figures(document);
CREATE TABLE figure_vectors(passage INTEGER PRIMARY KEY, vectors BLOB);
CREATE TABLE illustrations(document TEXT, start INTEGER, section TEXT, record TEXT);
CREATE INDEX illustrations_by_section ON illustrations(document, section);
CREATE TABLE scans(document TEXT, picture INTEGER, record TEXT);
CREATE INDEX scans_by_document ON scans(document);
CREATE TABLE settings(key TEXT PRIMARY KEY, value TEXT);
"""

# From the database attached as "old", their numbers moved by :passages and :units.
COPIES = (
    "INSERT INTO documents SELECT name, digest, :title, :year, :region, :genre, found, pages, characters, sections,"
    " figures, first_passage + :passages, passages, text, notes FROM old.documents WHERE name = :name",
    "INSERT INTO sections SELECT * FROM old.sections WHERE document = :name ORDER BY rowid",
    "INSERT INTO illustrations SELECT * FROM old.illustrations WHERE document = :name ORDER BY rowid",
    "INSERT INTO scans SELECT * FROM old.scans WHERE document = :name ORDER BY rowid",
    "INSERT INTO passages SELECT number + :passages, document, section, paragraph, spans, leads, cells,"
    " first_unit + :units, units, words FROM old.passages WHERE document = :name ORDER BY number",
    "INSERT INTO figures(document, start, passage, record)"
    " SELECT document, start, passage + :passages, record FROM old.figures WHERE document = :name ORDER BY row",
    "INSERT INTO figure_vectors SELECT passage + :passages, vectors"
    " FROM old.figure_vectors JOIN old.passages ON number = passage WHERE document = :name",
)
