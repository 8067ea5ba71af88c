-- What the methods paragraph says beside the study itself: one row. Training MACs are three times a
-- network's for each image of each epoch that was made (forward, and twice backward).
WITH t AS MATERIALIZED (SELECT digest, network, seed, status, epochs, n_epochs, macs FROM trial WHERE is_listed),
     work AS (SELECT count(*) AS trials, sum(status = 'done') AS done, sum(status = 'diverged') AS diverged, sum(status = 'failed') AS failed,
                     count(DISTINCT network) AS networks, 3.0 * sum(n_epochs * macs) AS macs FROM t),
     kept AS (SELECT seed FROM own_seed GROUP BY seed),
     used AS MATERIALIZED (SELECT seed, seed IN (SELECT seed FROM kept) AS is_own, epochs FROM t GROUP BY seed, epochs ORDER BY seed, epochs)
SELECT coalesce((SELECT group_concat(seed, ', ') FROM (SELECT DISTINCT seed FROM used WHERE NOT is_own ORDER BY seed)), 'none') AS seeds,
       (SELECT group_concat(seed, ', ') FROM (SELECT DISTINCT seed FROM used WHERE is_own ORDER BY seed)) AS own_seeds,
       trials, coalesce(done, 0) AS done, coalesce(diverged, 0) AS diverged, coalesce(failed, 0) AS failed, networks,
       (SELECT group_concat(epochs, ', ') FROM (SELECT DISTINCT epochs FROM used ORDER BY epochs)) AS epochs,
       (SELECT group_concat(cpu, '; ') FROM (SELECT DISTINCT cpu FROM environment WHERE cpu <> '' ORDER BY cpu)) AS cpus,
       (SELECT group_concat(build, ', ')
        FROM (SELECT DISTINCT version || ' (' || substr(git_commit, 1, 12) || CASE WHEN is_dirty THEN ', changed' ELSE '' END || ')' AS build
              FROM environment WHERE version <> '' ORDER BY build)) AS builds,
       (SELECT printf('%.2f', coalesce(sum(seconds), 0) / 3600) FROM attempt_end) AS hours,
       macs * (SELECT n_train FROM study) AS training_macs,
       (SELECT substr(min(started_utc), 1, 4) FROM run) AS year
FROM work;
