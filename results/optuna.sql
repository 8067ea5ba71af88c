-- A store's finished trials as a study of Optuna (results/optuna.c): tables as Optuna 5.0 makes them, that is
-- its schema 12 at revision v3.2.0.a, which every release from 3.2 on opens. The empty file is attached as
-- `optuna`; names without a schema are the store's.
--
-- Numbers are the store's own. A network of a search space has a parameter for each gene, any other its
-- multipliers as built: what a trial was asked for may have several names, what was built has one.

CREATE TABLE optuna.studies (
    study_id INTEGER NOT NULL PRIMARY KEY,
    study_name VARCHAR(512) NOT NULL
);
CREATE UNIQUE INDEX optuna.ix_studies_study_name ON studies (study_name);
CREATE TABLE optuna.version_info (
    version_info_id INTEGER NOT NULL PRIMARY KEY CHECK (version_info_id = 1),
    schema_version INTEGER,
    library_version VARCHAR(256)
);
CREATE TABLE optuna.alembic_version (
    version_num VARCHAR(32) NOT NULL CONSTRAINT alembic_version_pkc PRIMARY KEY
);
CREATE TABLE optuna.study_directions (
    study_direction_id INTEGER NOT NULL PRIMARY KEY,
    direction VARCHAR(8) NOT NULL,
    study_id INTEGER NOT NULL REFERENCES studies (study_id),
    objective INTEGER NOT NULL,
    UNIQUE (study_id, objective)
);
CREATE TABLE optuna.study_user_attributes (
    study_user_attribute_id INTEGER NOT NULL PRIMARY KEY,
    study_id INTEGER REFERENCES studies (study_id),
    "key" VARCHAR(512),
    value_json TEXT,
    UNIQUE (study_id, "key")
);
CREATE TABLE optuna.study_system_attributes (
    study_system_attribute_id INTEGER NOT NULL PRIMARY KEY,
    study_id INTEGER REFERENCES studies (study_id),
    "key" VARCHAR(512),
    value_json TEXT,
    UNIQUE (study_id, "key")
);
CREATE TABLE optuna.trials (
    trial_id INTEGER NOT NULL PRIMARY KEY,
    number INTEGER,
    study_id INTEGER REFERENCES studies (study_id),
    state VARCHAR(8) NOT NULL,
    datetime_start DATETIME,
    datetime_complete DATETIME
);
CREATE INDEX optuna.ix_trials_study_id ON trials (study_id);
CREATE TABLE optuna.trial_user_attributes (
    trial_user_attribute_id INTEGER NOT NULL PRIMARY KEY,
    trial_id INTEGER REFERENCES trials (trial_id),
    "key" VARCHAR(512),
    value_json TEXT,
    UNIQUE (trial_id, "key")
);
CREATE TABLE optuna.trial_system_attributes (
    trial_system_attribute_id INTEGER NOT NULL PRIMARY KEY,
    trial_id INTEGER REFERENCES trials (trial_id),
    "key" VARCHAR(512),
    value_json TEXT,
    UNIQUE (trial_id, "key")
);
CREATE TABLE optuna.trial_params (
    param_id INTEGER NOT NULL PRIMARY KEY,
    trial_id INTEGER REFERENCES trials (trial_id),
    param_name VARCHAR(512),
    param_value FLOAT,
    distribution_json TEXT,
    UNIQUE (trial_id, param_name)
);
CREATE TABLE optuna.trial_values (
    trial_value_id INTEGER NOT NULL PRIMARY KEY,
    trial_id INTEGER NOT NULL REFERENCES trials (trial_id),
    objective INTEGER NOT NULL,
    value FLOAT,
    value_type VARCHAR(7) NOT NULL,
    UNIQUE (trial_id, objective)
);
CREATE TABLE optuna.trial_intermediate_values (
    trial_intermediate_value_id INTEGER NOT NULL PRIMARY KEY,
    trial_id INTEGER NOT NULL REFERENCES trials (trial_id),
    step INTEGER NOT NULL,
    intermediate_value FLOAT,
    intermediate_value_type VARCHAR(7) NOT NULL,
    UNIQUE (trial_id, step)
);
CREATE TABLE optuna.trial_heartbeats (
    trial_heartbeat_id INTEGER NOT NULL PRIMARY KEY,
    trial_id INTEGER NOT NULL UNIQUE REFERENCES trials (trial_id),
    heartbeat DATETIME NOT NULL
);

INSERT INTO optuna.version_info VALUES (1, 12, '5.0.0');
INSERT INTO optuna.alembic_version VALUES ('v3.2.0.a');

-- The study: higher validation accuracy is better. What its numbers rest on are its attributes.
INSERT INTO optuna.studies SELECT 1, name FROM study;
INSERT INTO optuna.study_directions VALUES (1, 'MAXIMIZE', 1, 0);
-- So that the dashboard names its axis.
INSERT INTO optuna.study_system_attributes VALUES (1, 1, 'study:metric_names', '["val_top1"]');
WITH r AS (SELECT * FROM revision ORDER BY id DESC LIMIT 1),
     attribute AS (SELECT 'baseline' AS name, json_quote(baseline) AS value FROM study
                   UNION ALL SELECT 'data', json_quote(data_name) FROM study
                   UNION ALL SELECT 'data_digest', json_quote(data_digest) FROM study
                   UNION ALL SELECT 'demo', CASE WHEN is_demo THEN 'true' ELSE 'false' END FROM study
                   UNION ALL SELECT 'arithmetic', json_quote(arithmetic) FROM study
                   UNION ALL SELECT 'question', json_quote(question) FROM r
                   UNION ALL SELECT 'recipe', json_quote(recipe) FROM r
                   UNION ALL SELECT 'objective', json_quote(objective) FROM r)
INSERT INTO optuna.study_user_attributes (study_id, "key", value_json) SELECT 1, name, value FROM attribute;

-- A trial for each that is done, by the number it has in the store; Optuna counts from 0 without gaps.
INSERT INTO optuna.trials
SELECT f.trial, row_number() OVER (ORDER BY f.trial) - 1, 1, 'COMPLETE',
       (SELECT replace(rtrim(min(started_utc), 'Z'), 'T', ' ') || '000' FROM attempt a WHERE a.trial = f.trial),
       (SELECT replace(rtrim(ended_utc, 'Z'), 'T', ' ') || '000' FROM attempt_end e
        WHERE e.trial = f.trial AND e.attempt = f.attempt)
FROM finished f WHERE outcome = 'done';
INSERT INTO optuna.trial_values (trial_id, objective, value, value_type)
SELECT f.trial, 0, f.val_top1, 'FINITE' FROM optuna.trials t JOIN finished f ON f.trial = t.trial_id;
INSERT INTO optuna.trial_intermediate_values (trial_id, step, intermediate_value, intermediate_value_type)
SELECT e.trial, e.epoch, e.val_top1, CASE WHEN e.val_top1 IS NULL THEN 'NAN' ELSE 'FINITE' END
FROM optuna.trials t JOIN epoch e ON e.trial = t.trial_id;

-- Multipliers as built. All trials that have a parameter give it the same range: what there is.
WITH built AS (SELECT t.trial_id, (SELECT id FROM point WHERE digest = q.digest ORDER BY genes IS NULL, id LIMIT 1) AS point
               FROM optuna.trials t JOIN planned q ON q.id = t.trial_id),
     value AS (SELECT trial_id, 'depth' AS name, built_d AS value FROM built JOIN point p ON p.id = built.point WHERE genes IS NULL
               UNION ALL SELECT trial_id, 'width', built_w FROM built JOIN point p ON p.id = built.point WHERE genes IS NULL
               UNION ALL SELECT trial_id, 'resolution', built_r FROM built JOIN point p ON p.id = built.point WHERE genes IS NULL)
INSERT INTO optuna.trial_params (trial_id, param_name, param_value, distribution_json)
SELECT trial_id, name, value,
       printf('{"name": "FloatDistribution", "attributes": {"step": null, "low": %!.17g, "high": %!.17g, "log": false}}',
              min(value) OVER (PARTITION BY name), max(value) OVER (PARTITION BY name))
FROM value WHERE value IS NOT NULL;

-- Genes: 'gene 01', ...; what was tried of each is its choices.
WITH RECURSIVE
     built AS (SELECT t.trial_id, (SELECT genes FROM point WHERE digest = q.digest ORDER BY genes IS NULL, id LIMIT 1) AS genes
               FROM optuna.trials t JOIN planned q ON q.id = t.trial_id),
     place(at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM place WHERE at < (SELECT max(length(genes)) FROM built)),
     gene AS MATERIALIZED (SELECT trial_id, at, substr(genes, at, 1) AS value FROM built JOIN place ON at <= length(genes)),
     choice AS MATERIALIZED (SELECT at, value, row_number() OVER (PARTITION BY at ORDER BY value) - 1 AS number
                             FROM gene GROUP BY at, value),
     list AS (SELECT at, json_group_array(value) AS choices FROM (SELECT * FROM choice ORDER BY at, number) GROUP BY at)
INSERT INTO optuna.trial_params (trial_id, param_name, param_value, distribution_json)
SELECT g.trial_id, printf('gene %02d', g.at), c.number,
       '{"name": "CategoricalDistribution", "attributes": {"choices": ' || l.choices || '}}'
FROM gene g JOIN choice c ON c.at = g.at AND c.value = g.value JOIN list l ON l.at = g.at;

-- What else is known of each.
WITH done AS (SELECT t.trial_id, q.seed, q.epochs, n.name, n.digest, n.macs, n.params, n.resolution, f.val_loss, f.test_top1, f.test_loss
              FROM optuna.trials t JOIN planned q ON q.id = t.trial_id JOIN network n ON n.digest = q.network
              JOIN finished f ON f.trial = t.trial_id),
     shown AS (SELECT trial, part || ' ' || series AS name FROM measured WHERE status = 'done' GROUP BY trial, part, series),
     attribute AS (SELECT trial_id, 'trial' AS name, json_quote(trial_id) AS value FROM done
                   UNION ALL SELECT trial_id, 'seed', json_quote(seed) FROM done
                   UNION ALL SELECT trial_id, 'epochs', json_quote(epochs) FROM done
                   UNION ALL SELECT trial_id, 'network', json_quote(name) FROM done
                   UNION ALL SELECT trial_id, 'network_digest', json_quote(digest) FROM done
                   UNION ALL SELECT trial_id, 'macs', json_quote(macs) FROM done
                   UNION ALL SELECT trial_id, 'params', json_quote(params) FROM done
                   UNION ALL SELECT trial_id, 'pixels', json_quote(resolution) FROM done
                   UNION ALL SELECT trial_id, 'val_loss', json_quote(val_loss) FROM done
                   UNION ALL SELECT trial_id, 'test_top1', json_quote(test_top1) FROM done
                   UNION ALL SELECT trial_id, 'test_loss', json_quote(test_loss) FROM done
                   UNION ALL SELECT trial, 'points', json_group_array(name) FROM shown GROUP BY trial)
INSERT INTO optuna.trial_user_attributes (trial_id, "key", value_json) SELECT trial_id, name, value FROM attribute;
