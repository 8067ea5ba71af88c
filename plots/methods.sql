-- What the methods paragraph says beside the study itself: one row. Training MACs are three times a
-- network's for each image of each epoch that was made (forward, and twice backward).
WITH t AS MATERIALIZED (SELECT digest, network, seed, status, epochs, n_epochs, macs FROM trial WHERE is_listed),
     kept AS (SELECT seed FROM own_seed GROUP BY seed),
     open AS (SELECT DISTINCT seed FROM t WHERE seed NOT IN (SELECT seed FROM kept) ORDER BY seed),
     anew AS (SELECT DISTINCT seed FROM t WHERE seed IN (SELECT seed FROM kept) ORDER BY seed)
SELECT coalesce((SELECT group_concat(seed, ', ') FROM open), 'none') AS seeds,
       (SELECT group_concat(seed, ', ') FROM anew) AS own_seeds,
       (SELECT count(*) FROM t) AS trials,
       (SELECT count(*) FROM t WHERE status = 'done') AS done,
       (SELECT count(*) FROM t WHERE status = 'diverged') AS diverged,
       (SELECT count(*) FROM t WHERE status = 'failed') AS failed,
       (SELECT count(DISTINCT network) FROM t) AS networks,
       (SELECT group_concat(epochs, ', ') FROM (SELECT DISTINCT epochs FROM t ORDER BY epochs)) AS epochs,
       (SELECT group_concat(cpu, '; ') FROM (SELECT DISTINCT cpu FROM environment WHERE cpu <> '' ORDER BY cpu)) AS cpus,
       (SELECT group_concat(build, ', ')
        FROM (SELECT DISTINCT version || ' (' || substr(git_commit, 1, 12) || CASE WHEN is_dirty THEN ', changed' ELSE '' END || ')' AS build
              FROM environment WHERE version <> '' ORDER BY build)) AS builds,
       (SELECT printf('%.2f', coalesce(sum(seconds), 0) / 3600) FROM attempt_end) AS hours,
       (SELECT 3.0 * sum(n_epochs * macs) FROM t) * (SELECT n_train FROM study) AS training_macs,
       (SELECT substr(min(started_utc), 1, 4) FROM run) AS year;
