-- What a report of a scaling study should say, as far as the store knows it: a row an item. Studies that
-- search have checklist.sql.
WITH t AS MATERIALIZED (SELECT digest, network, seed, status, epochs, n_epochs, macs FROM trial WHERE is_listed),
     n AS (SELECT min(n) AS low, max(n) AS high
           FROM (SELECT count(*) AS n FROM t WHERE status IN ('done', 'diverged') GROUP BY digest)),
     matched AS (SELECT min(ratio) AS low, max(ratio) AS high, count(*) AS n FROM current_point WHERE match = 'counted' AND digest IS NOT NULL),
     nominal AS (SELECT min(ratio) AS low, max(ratio) AS high, count(*) AS n FROM current_point WHERE match = 'nominal' AND digest IS NOT NULL),
     aside AS (SELECT sum(status = 'unfair') AS unfair, sum(status = 'off-ray') AS off_ray, sum(status = 'tied') AS tied FROM current_point),
     work AS (SELECT count(*) AS n, sum(status = 'done') AS done, sum(status = 'diverged') AS diverged, sum(status = 'failed') AS failed FROM t),
     tuned AS (SELECT count(DISTINCT CASE WHEN name NOT IN ('tune/baseline', 'tune/ledger') THEN name END) AS n,
                      max(CASE WHEN name = 'tune/baseline' THEN value_2 END) AS base FROM fact WHERE name GLOB 'tune/*'),
     chosen AS (SELECT count(*) AS n, sum(value_1 IS NOT NULL) AS constants FROM fact WHERE name GLOB '*/winner')
SELECT 'question and rules fixed before the first run' AS item,
       CASE WHEN question <> '' THEN 'yes: the question is in the study, the rules are in isoflop''s code'
            ELSE 'the rules are in isoflop''s code; the study states no question' END AS "in this study"
FROM revision WHERE id = (SELECT max(id) FROM revision)
UNION ALL
SELECT 'one recipe and one split for all networks', 'yes: ' || recipe FROM revision WHERE id = (SELECT max(id) FROM revision)
UNION ALL
SELECT 'learning rate tuned for each network',
       CASE WHEN n > 0 THEN printf('yes, by validation accuracy: for %d of them', n)
            WHEN base IS NOT NULL THEN printf('once, on the baseline: %.4g for all', base) ELSE 'no: one for all' END FROM tuned
UNION ALL
SELECT 'nothing was chosen on the test set', CASE WHEN n > 0 THEN 'yes: winners are chosen by validation accuracy alone' ELSE 'nothing was chosen' END FROM chosen
UNION ALL
SELECT 'seeds of each network', CASE WHEN low IS NULL THEN 'none has finished' WHEN low = high THEN printf('%d', low) ELSE printf('%d to %d', low, high) END ||
       '; every one is in a table and in a figure' FROM n
UNION ALL
SELECT 'compared at equal counted cost',
       CASE WHEN matched.n > 0 THEN printf('yes: %.3f to %.3f of the target', matched.low, matched.high) ELSE 'nothing is matched' END ||
       CASE WHEN nominal.n > 0 THEN printf('; the naive comparison beside it costs %.3f to %.3f', nominal.low, nominal.high) ELSE '' END
FROM matched, nominal
UNION ALL
SELECT 'what was left out', printf('%d points unfair and not trained, %d off their ray, %d tied', coalesce(unfair, 0), coalesce(off_ray, 0), coalesce(tied, 0)) FROM aside
UNION ALL
SELECT 'trials that went wrong', printf('%d of %d diverged, %d failed', coalesce(diverged, 0), n, coalesce(failed, 0)) FROM work
UNION ALL
SELECT 'data', CASE WHEN is_demo THEN 'constructed: DEMO' ELSE data_name END || '; digest ' || data_digest FROM study;
