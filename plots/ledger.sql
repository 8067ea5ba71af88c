-- What each run of each searcher has spent and found, by the newest log of decisions of each: a row a run,
-- in words. `fresh seeds` is the mean test top-1 of its network where a retrain has it, with a 90 %
-- interval from three seeds on. No rows: nothing was searched.
-- with: evaluations.sql
,
     ledger AS (SELECT name, network, row_number() OVER (PARTITION BY name ORDER BY number DESC) AS age FROM fact WHERE name GLOB '*/ledger'),
     f AS (SELECT s.part, s.series, k.network FROM tally s JOIN ledger k ON k.name = s.part || '/' || s.series || '/ledger' AND k.age = 1),
     anew AS MATERIALIZED (SELECT DISTINCT network, trial, test_top1 FROM measured
                           WHERE (part = 'retrain' OR part GLOB 'retrain-*') AND status = 'done'),
     fresh AS (SELECT f.part, f.series, avg(test_top1) AS top1, half90(test_top1) AS half, count(test_top1) AS n
               FROM f JOIN anew ON anew.network = f.network GROUP BY f.part, f.series)
SELECT s.part || ': ' || s.series AS searcher, n_full AS "in full", n_short AS short, n_refused AS refused, n_failed AS failed,
       n_diverged AS diverged, CASE WHEN spent >= 1e15 THEN printf('%.3g P', spent / 1e15) WHEN spent >= 1e12 THEN printf('%.3g T', spent / 1e12)
            WHEN spent >= 1e9 THEN printf('%.3g G', spent / 1e9) ELSE printf('%.3g M', spent / 1e6) END
       || printf(' (%.0f %%)', 100.0 * spent / max(spent) OVER (PARTITION BY s.part)) AS "training MACs (of the most)",
       round(best, 2) AS "best validation",
       coalesce((SELECT name FROM network WHERE digest = f.network), 'not ended') AS found,
       CASE WHEN fresh.n > 0 THEN printf('%.2f', top1) || coalesce(printf(' ± %.2f', half), '') || printf(', n = %d', n)
            ELSE 'not trained anew' END AS "test on fresh seeds"
FROM tally s LEFT JOIN f ON f.part = s.part AND f.series = s.series LEFT JOIN fresh ON fresh.part = s.part AND fresh.series = s.series
ORDER BY s.part, s.series;
