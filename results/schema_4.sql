-- From schema version 3 to 4, inside one transaction (results/store_migrate.c).
--
-- Networks may be carried to other data than the study's. Older stores have none that were.

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
