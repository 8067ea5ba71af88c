-- The store of a study, schema version 4 (user_version). results/store.h says what the words mean.
-- Older stores are led here by schema_2.sql and on, statement by statement the same text: who changes a
-- table, a view or a comment inside one raises the version and writes the next migration.
--
-- Tables hold facts: rows are appended, never changed or deleted. What follows from them is a view.
-- Units: accuracies in percent, losses in nats, costs in multiply-adds (MACs) for one image,
-- durations (seconds) by the monotonic clock, instants (_utc) as '2026-05-31T12:34:56.789Z',
-- multipliers relative to the baseline. A number that is not a number is NULL.
--
-- `seal` ends every table: 16 hex digits, XXH3-64 over the row's other columns in their order
-- (results/db.c), so that a damaged row is found and named (`isoflop doctor`).

-- What the study is for its whole life. One row, id 1.
CREATE TABLE study (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    name        TEXT NOT NULL,          -- of the study
    baseline    TEXT NOT NULL,          -- name of the baseline network
    data_name   TEXT NOT NULL,          -- data set
    data_digest TEXT NOT NULL,          -- of its images, labels and splits in use
    classes     INTEGER NOT NULL,
    n_train     INTEGER NOT NULL,       -- images of the training split in use
    n_val       INTEGER NOT NULL,       -- images of the validation split in use
    n_test      INTEGER NOT NULL,       -- images of the test split in use
    is_demo     INTEGER NOT NULL CHECK (is_demo IN (0, 1)), -- 1: constructed data, results are stamped DEMO
    arithmetic  INTEGER NOT NULL,       -- revision of the numerical contract (docs/numerics.md)
    created_utc TEXT NOT NULL, -- instant
    seal        TEXT NOT NULL
) STRICT;

-- One plan: a text of the study with the points and trials it lists. The highest id is in force.
CREATE TABLE revision (
    id                 INTEGER PRIMARY KEY,
    study              INTEGER NOT NULL REFERENCES study (id),
    question           TEXT NOT NULL,   -- what the study asks, or ''
    yaml               TEXT NOT NULL,   -- study.yaml as resolved
    digest             TEXT NOT NULL,   -- XXH3-128 of yaml
    objective          TEXT NOT NULL,   -- for people: 'soft: ACC x (MACs/T)^-0.07'
    objective_w        REAL NOT NULL,   -- exponent
    target_macs        INTEGER NOT NULL, -- T
    baseline_macs      INTEGER NOT NULL, -- of the baseline with the data set's classes
    fairness_tolerance REAL NOT NULL,   -- relative: 0.05 is 5 %
    epochs             INTEGER NOT NULL, -- passes over the training split
    recipe             TEXT NOT NULL,   -- for people, one line
    created_utc        TEXT NOT NULL, -- instant
    seal               TEXT NOT NULL
) STRICT;

-- Resolved networks.
CREATE TABLE network (
    digest     TEXT PRIMARY KEY,        -- of all that execution depends on
    name       TEXT NOT NULL,
    yaml       TEXT NOT NULL,           -- specification after scaling
    resolution INTEGER NOT NULL,        -- pixels
    params     INTEGER NOT NULL,        -- trainable parameters
    macs       INTEGER NOT NULL,        -- counted multiply-adds
    acts       INTEGER NOT NULL,        -- output elements of convolutions, SE and linear layers
    seal       TEXT NOT NULL
) STRICT;

-- Places in figures that ask for a network.
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

-- Trials to be run. The id is the place in the plan: files lie in trials/NNNNNN.
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

-- Seeds that a part keeps to itself: its points show the trials of these alone, and no other part's points do.
CREATE TABLE own_seed (
    part TEXT NOT NULL,                 -- as its points have it
    seed INTEGER NOT NULL,
    seal TEXT NOT NULL,
    PRIMARY KEY (part, seed)
) STRICT, WITHOUT ROWID;
CREATE INDEX own_seed_by_seed ON own_seed (seed);

-- Trials of networks that were carried to other data than the study's: what they are trained on, and how.
CREATE TABLE carried (
    digest      TEXT PRIMARY KEY,       -- of the trials (planned.digest)
    source      TEXT,                   -- digest of the trials whose weights they begin with, seed by seed; NULL: none
    data_name   TEXT NOT NULL,          -- data set
    data_digest TEXT NOT NULL,          -- of its images, labels and splits in use
    classes     INTEGER NOT NULL,
    n_train     INTEGER NOT NULL,       -- images of the training split in use
    n_val       INTEGER NOT NULL,       -- images of the validation split in use
    n_test      INTEGER NOT NULL,       -- images of the test split in use
    majority    REAL NOT NULL,          -- percent of the test images that are of their most frequent class
    is_demo     INTEGER NOT NULL CHECK (is_demo IN (0, 1)), -- 1: constructed data
    yaml        TEXT NOT NULL,          -- data and recipe in force, as a study without parts
    init        TEXT NOT NULL,          -- recipe.init without the weights, or ''
    seal        TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The points and trials of each revision, in the plan's order.
CREATE TABLE listed_point (
    revision INTEGER NOT NULL REFERENCES revision (id),
    place    INTEGER NOT NULL,          -- from 1
    point    INTEGER NOT NULL REFERENCES point (id),
    seal     TEXT NOT NULL,
    PRIMARY KEY (revision, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE listed_trial (
    revision INTEGER NOT NULL REFERENCES revision (id),
    trial    INTEGER NOT NULL REFERENCES planned (id),
    seal     TEXT NOT NULL,
    PRIMARY KEY (revision, trial)
) STRICT, WITHOUT ROWID;

-- Lives of coordinators.
CREATE TABLE run (
    id        INTEGER PRIMARY KEY,
    command   TEXT NOT NULL,            -- as the user called it
    host      TEXT NOT NULL,
    pid       INTEGER NOT NULL,
    started_utc TEXT NOT NULL, -- instant
    seal      TEXT NOT NULL
) STRICT;

-- What made an attempt: build and machine.
CREATE TABLE environment (
    id         INTEGER PRIMARY KEY,
    version    TEXT NOT NULL,           -- of isoflop
    git_commit TEXT NOT NULL,           -- of the build
    is_dirty   INTEGER NOT NULL CHECK (is_dirty IN (0, 1)), -- built with uncommitted changes
    compiler   TEXT NOT NULL,
    flags      TEXT NOT NULL,           -- of the compiler
    kernels    TEXT NOT NULL,           -- variants chosen
    host       TEXT NOT NULL,
    cpu        TEXT NOT NULL,
    system     TEXT NOT NULL,           -- kernel and release
    libraries  TEXT NOT NULL,
    seal       TEXT NOT NULL
) STRICT;

-- Lives of a trial's process. The row is committed before the process starts.
CREATE TABLE attempt (
    trial       INTEGER NOT NULL REFERENCES planned (id),
    number      INTEGER NOT NULL,       -- from 1: its files lie in trials/NNNNNN/aNUMBER
    run         INTEGER NOT NULL REFERENCES run (id),
    environment INTEGER NOT NULL REFERENCES environment (id),
    threads     INTEGER NOT NULL,
    pid         INTEGER NOT NULL,       -- of the coordinator
    started_utc TEXT NOT NULL, -- instant
    seal        TEXT NOT NULL,
    PRIMARY KEY (trial, number)
) STRICT, WITHOUT ROWID;

-- How they ended. An attempt without a row here crashed together with its coordinator, or still runs.
CREATE TABLE attempt_end (
    trial           INTEGER NOT NULL,
    attempt         INTEGER NOT NULL,
    reason          TEXT NOT NULL,      -- 'done', 'diverged', 'failed', 'exited', 'killed', 'stopped', ...
    detail          TEXT,               -- for people
    is_counted      INTEGER NOT NULL CHECK (is_counted IN (0, 1)), -- died by itself: three and the trial has failed
    last_step       INTEGER,            -- training steps known to be done, over all epochs
    checkpoint_step INTEGER,            -- step of the newest valid checkpoint
    seconds         REAL NOT NULL,      -- duration of the attempt
    ended_utc       TEXT NOT NULL, -- instant
    seal            TEXT NOT NULL,
    PRIMARY KEY (trial, attempt),
    FOREIGN KEY (trial, attempt) REFERENCES attempt (trial, number)
) STRICT, WITHOUT ROWID;

-- Metrics of finished epochs, each once, whichever attempt reported it first.
CREATE TABLE epoch (
    trial             INTEGER NOT NULL REFERENCES planned (id),
    epoch             INTEGER NOT NULL CHECK (epoch >= 1),
    train_loss        REAL,             -- mean over the epoch's images, nats
    val_loss          REAL,             -- nats
    val_top1          REAL,             -- percent
    lr                REAL,             -- learning rate of the last step
    attempt           INTEGER NOT NULL, -- that reported it
    seconds           REAL,             -- duration of training and validation
    images_per_second REAL,             -- of training
    seal              TEXT NOT NULL,
    PRIMARY KEY (trial, epoch),
    FOREIGN KEY (trial, attempt) REFERENCES attempt (trial, number)
) STRICT, WITHOUT ROWID;

-- Results: a trial is finished once and for all.
CREATE TABLE finished (
    trial          INTEGER PRIMARY KEY REFERENCES planned (id),
    outcome        TEXT NOT NULL CHECK (outcome IN ('done', 'diverged')),
    val_top1       REAL,                -- percent, after the last epoch
    val_loss       REAL,                -- nats
    test_top1      REAL,                -- percent, after the last epoch
    test_loss      REAL,                -- nats
    best_epoch     INTEGER,             -- epoch of the best val_top1
    best_val_top1  REAL,                -- percent
    first_bad_step INTEGER,             -- diverged: first step (from 0) whose loss is not finite
    attempt        INTEGER NOT NULL,    -- that finished it
    seconds        REAL NOT NULL,       -- duration of that attempt
    seal           TEXT NOT NULL,
    FOREIGN KEY (trial, attempt) REFERENCES attempt (trial, number)
) STRICT;

-- Files a finished trial left.
CREATE TABLE artifact (
    trial   INTEGER NOT NULL REFERENCES planned (id),
    kind    TEXT NOT NULL,              -- 'weights' (last epoch), 'best' (best validation), ...
    path    TEXT NOT NULL,              -- relative to the study directory
    n_bytes INTEGER NOT NULL,
    xxh3    TEXT NOT NULL,              -- XXH3-128 of its bytes
    seal    TEXT NOT NULL,
    PRIMARY KEY (trial, kind)
) STRICT, WITHOUT ROWID;

-- One digest over all rows of a finished trial, so that a lost row is found, too.
CREATE TABLE trial_digest (
    trial  INTEGER PRIMARY KEY REFERENCES finished (trial),
    digest TEXT NOT NULL,               -- XXH3-128 over the seals of planned, network, epoch, artifact, finished
    seal   TEXT NOT NULL
) STRICT;

-- What was settled, e.g. the grid's winner. Settled anew it is a new row; the highest number is in force.
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

-- The logs of deciders: what a part asked for, what it was told, and why. A log is a function of the
-- study alone, but for created_utc; going on replays it. Points are numbered by tickets, from 1.
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

-- Where every trial stands. Three attempts that count make it failed (STORE_ATTEMPTS in store.h).
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

-- All that must be equal after a resume: no times, hosts, attempts. One row an epoch.
CREATE VIEW result AS
SELECT p.id AS trial, p.digest, p.network, p.seed, e.epoch, e.train_loss, e.val_loss, e.val_top1, e.lr,
       f.outcome, f.val_top1 AS final_val_top1, f.val_loss AS final_val_loss, f.test_top1, f.test_loss,
       f.best_epoch, f.best_val_top1, f.first_bad_step,
       w.xxh3 AS weights, b.xxh3 AS best_weights
FROM planned p LEFT JOIN epoch e ON e.trial = p.id LEFT JOIN finished f ON f.trial = p.id
LEFT JOIN artifact w ON w.trial = p.id AND w.kind = 'weights'
LEFT JOIN artifact b ON b.trial = p.id AND b.kind = 'best'
ORDER BY p.id, e.epoch;

-- The points of the newest revision, in the plan's order.
CREATE VIEW current_point AS
SELECT l.place, p.* FROM listed_point l JOIN point p ON p.id = l.point
WHERE l.revision = (SELECT max(id) FROM revision) ORDER BY l.place;

-- Each of them with each of its listed trials, by whose seeds they are: what figures draw.
CREATE VIEW measured AS
SELECT p.place, p.part, p.figure, p.series, p.match, p.x, p.macs, p.ratio, p.status AS point_status, p.network,
       p.nominal_d, p.nominal_w, p.nominal_r, p.genes, p.built_d, p.built_w, p.built_r, p.resolution, p.target_macs,
       t.id AS trial, t.seed, t.epochs, t.status, f.val_top1, f.val_loss, f.test_top1, f.test_loss
FROM current_point p JOIN trial t ON t.digest = p.digest AND t.is_listed
    AND EXISTS (SELECT 1 FROM own_seed o WHERE o.part = p.part AND o.seed = t.seed)
      = (EXISTS (SELECT 1 FROM own_seed o WHERE o.part = p.part) OR EXISTS (SELECT 1 FROM own_seed o WHERE o.seed = t.seed))
LEFT JOIN finished f ON f.trial = t.id;
