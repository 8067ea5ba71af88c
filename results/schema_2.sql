-- From schema version 1 to 2, inside one transaction with foreign keys off (results/store_migrate.c).
--
-- Points may be described by genes, trials have epochs of their own, facts are numbered, and deciders
-- have a log. SQLite cannot change a primary key or a constraint, so those tables are written anew; the
-- statements of schema.sql stand here once more, for its text of that version is what the store holds.
--
-- A row whose seal did not hold gets its old seal, which cannot hold either: damage is carried over as
-- damage.

DROP VIEW measured;
DROP VIEW trial;

-- Points: genes, and multipliers may be missing.
CREATE TEMP TABLE old AS SELECT * FROM point;
DROP TABLE point;
CREATE TABLE point (
    id          INTEGER PRIMARY KEY,
    part        TEXT NOT NULL,          -- part of the study: 'grid', 'curves', 'lines', 'compare'
    figure      TEXT NOT NULL,          -- 'grid', 'fig3', 'fig4', 'fig8'
    series      TEXT NOT NULL,          -- line it belongs to: 'width', 'd=2.0 r=1.3'
    match       TEXT NOT NULL CHECK (match IN ('counted', 'nominal', 'none')), -- how costs were made equal
    nominal_d   REAL,                   -- depth multiplier asked for; NULL: described by genes
    nominal_w   REAL,                   -- width multiplier asked for; NULL: described by genes
    nominal_r   REAL,                   -- resolution multiplier asked for; NULL: described by genes
    genes       TEXT,                   -- one character a gene of a search space; NULL: described by multipliers
    built_d     REAL,                   -- blocks over the baseline's blocks
    built_w     REAL,                   -- geometric mean of the stages' channel ratios
    built_r     REAL,                   -- pixels over the baseline's pixels
    trim        REAL NOT NULL,          -- factor on the width that matching applied, 1: none
    x           REAL NOT NULL,          -- the series' own coordinate: a multiplier, or target over baseline
    network     TEXT REFERENCES network (digest), -- NULL: nothing could be built
    digest      TEXT,                   -- of its trials (network, data, recipe, arithmetic); NULL: not trained
    resolution  INTEGER NOT NULL,       -- pixels
    macs        INTEGER NOT NULL,       -- counted
    target_macs INTEGER NOT NULL,       -- aimed at; 0: none
    ratio       REAL NOT NULL,          -- macs over target_macs, without a target over the baseline's
    naive_ratio REAL,                   -- counted cost over target of what the nominal rule builds
    status      TEXT NOT NULL CHECK (status IN ('fair', 'unfair', 'off-ray', 'tied', 'unmatched')),
    reason      TEXT,                   -- why it is not fair
    seal        TEXT NOT NULL,
    CHECK (genes IS NOT NULL OR (nominal_d IS NOT NULL AND nominal_w IS NOT NULL AND nominal_r IS NOT NULL))
) STRICT;
CREATE INDEX point_by_digest ON point (digest);
CREATE INDEX point_by_series ON point (part, series, network);
INSERT INTO point
SELECT
    id, part, figure, series, match, nominal_d, nominal_w, nominal_r, NULL, built_d, built_w,
    built_r, trim, x, network, digest, resolution, macs, target_macs, ratio, naive_ratio, status,
    reason,
    CASE WHEN seal IS seal(
        id, part, figure, series, match, nominal_d, nominal_w, nominal_r, built_d, built_w, built_r,
        trim, x, network, digest, resolution, macs, target_macs, ratio, naive_ratio, status, reason)
    THEN seal(
        id, part, figure, series, match, nominal_d, nominal_w, nominal_r, NULL, built_d, built_w,
        built_r, trim, x, network, digest, resolution, macs, target_macs, ratio, naive_ratio,
        status, reason)
    ELSE seal END
FROM temp.old;
DROP TABLE temp.old;

-- Trials: the epochs of the revision that listed them first; all of a store have the same.
CREATE TEMP TABLE old AS SELECT * FROM planned;
DROP TABLE planned;
CREATE TABLE planned (
    id      INTEGER PRIMARY KEY,
    study   INTEGER NOT NULL REFERENCES study (id),
    digest  TEXT NOT NULL,              -- network, data and split, recipe, arithmetic
    network TEXT NOT NULL REFERENCES network (digest),
    seed    INTEGER NOT NULL,           -- trials of one seed are paired
    epochs  INTEGER NOT NULL CHECK (epochs >= 1), -- passes over the training split, with a whole schedule
    seal    TEXT NOT NULL,
    UNIQUE (study, digest, seed)
) STRICT;
CREATE INDEX planned_by_digest ON planned (digest);
INSERT INTO planned
SELECT
    id, study, digest, network, seed, epochs,
    CASE WHEN seal IS seal(
        id, study, digest, network, seed)
    THEN seal(
        id, study, digest, network, seed, epochs)
    ELSE seal END
FROM (SELECT o.*, coalesce((SELECT r.epochs FROM listed_trial l JOIN revision r ON r.id = l.revision
                           WHERE l.trial = o.id ORDER BY r.id LIMIT 1),
                          (SELECT epochs FROM revision ORDER BY id LIMIT 1)) AS epochs
      FROM temp.old o);
DROP TABLE temp.old;

-- Facts: numbered.
CREATE TEMP TABLE old AS SELECT * FROM fact;
DROP TABLE fact;
CREATE TABLE fact (
    name        TEXT NOT NULL,          -- 'grid/winner'
    number      INTEGER NOT NULL CHECK (number >= 1), -- from 1 by name, without gaps
    network     TEXT REFERENCES network (digest),
    value_1     REAL,                   -- e.g. alpha (depth)
    value_2     REAL,                   -- e.g. beta (width)
    value_3     REAL,                   -- e.g. gamma (resolution)
    text        TEXT,                   -- for people
    created_utc TEXT NOT NULL, -- instant
    seal        TEXT NOT NULL,
    PRIMARY KEY (name, number)
) STRICT, WITHOUT ROWID;
INSERT INTO fact
SELECT
    name, 1, network, value_1, value_2, value_3, text, created_utc,
    CASE WHEN seal IS seal(
        name, network, value_1, value_2, value_3, text, created_utc)
    THEN seal(
        name, 1, network, value_1, value_2, value_3, text, created_utc)
    ELSE seal END
FROM temp.old;
DROP TABLE temp.old;

-- The logs of deciders.
CREATE TABLE decision (
    part         TEXT NOT NULL,         -- part of the study that decides: its id, else 'compare', 'search-2'
    number       INTEGER NOT NULL CHECK (number >= 1), -- place in the part's log, from 1 without gaps
    kind         TEXT NOT NULL CHECK (kind IN ('ask', 'tell', 'end')), -- asks for a point; hears of one; asks no more
    virtual_time INTEGER NOT NULL CHECK (virtual_time >= 0), -- on the part's virtual clock, counted multiply-adds
    ticket       INTEGER CHECK (ticket >= 1), -- of the point, the study's own first; end: of the one it yields, or NULL
    d            REAL,                  -- ask: depth multiplier, NULL: described by genes; end: alpha it yields, or NULL
    w            REAL,                  -- ask: width multiplier; end: beta
    r            REAL,                  -- ask: resolution multiplier; end: gamma
    genes        TEXT,                  -- ask: one character a gene; NULL: described by multipliers
    epochs       INTEGER CHECK (epochs >= 1), -- ask: passes over the training split; NULL: the recipe's
    digest       TEXT,                  -- of the point's trials (planned.digest); NULL: not trained, or not said
    outcome      TEXT CHECK (outcome IN ('done', 'diverged', 'failed', 'refused')), -- tell: how it ended
    value        REAL,                  -- tell: mean val_top1 of the seeds that finished, percent; NULL: none did
    n            INTEGER,               -- tell: seeds that finished
    n_seeds      INTEGER,               -- tell: seeds that were to be trained
    reason       TEXT NOT NULL,         -- why, for people: 'corner of the grid', 'macs above the limit'
    created_utc  TEXT NOT NULL, -- instant
    seal         TEXT NOT NULL,
    PRIMARY KEY (part, number),
    CHECK (kind = 'end' OR ticket IS NOT NULL),
    CHECK ((kind = 'tell') = (outcome IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- Views.
CREATE VIEW trial AS
SELECT p.id, p.digest, p.seed,
       CASE WHEN f.outcome IS NOT NULL THEN f.outcome
            WHEN (SELECT count(*) FROM attempt_end e WHERE e.trial = p.id AND e.is_counted) >= 3 THEN 'failed'
            WHEN EXISTS (SELECT 1 FROM attempt a
                         WHERE a.trial = p.id AND a.run = (SELECT max(id) FROM run)
                           AND NOT EXISTS (SELECT 1 FROM attempt_end e
                                           WHERE e.trial = a.trial AND e.attempt = a.number)) THEN 'running'
            ELSE 'pending' END AS status,
       p.network, (SELECT n.macs FROM network n WHERE n.digest = p.network) AS macs, p.epochs,
       EXISTS (SELECT 1 FROM listed_trial l
               WHERE l.trial = p.id AND l.revision = (SELECT max(id) FROM revision)) AS is_listed,
       (SELECT count(*) FROM attempt a WHERE a.trial = p.id) AS n_attempts,
       (SELECT count(*) FROM attempt_end e WHERE e.trial = p.id AND e.is_counted) AS n_counted,
       (SELECT count(*) FROM epoch e WHERE e.trial = p.id) AS n_epochs,
       CASE WHEN f.outcome IS NULL THEN
           (SELECT e.reason FROM attempt_end e WHERE e.trial = p.id ORDER BY e.attempt DESC LIMIT 1) END AS reason,
       f.val_top1, f.test_top1
FROM planned p LEFT JOIN finished f ON f.trial = p.id;

CREATE VIEW measured AS
SELECT p.place, p.part, p.figure, p.series, p.match, p.x, p.macs, p.ratio, p.status AS point_status, p.network,
       p.nominal_d, p.nominal_w, p.nominal_r, p.genes, p.built_d, p.built_w, p.built_r, p.resolution, p.target_macs,
       t.id AS trial, t.seed, t.epochs, t.status, f.val_top1, f.val_loss, f.test_top1, f.test_loss
FROM current_point p JOIN trial t ON t.digest = p.digest AND t.is_listed LEFT JOIN finished f ON f.trial = t.id;
