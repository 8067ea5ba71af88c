-- Search: what every searcher of the parts `search` had found by what it had spent, out of the newest log
-- of decisions of each run (results/store.h). Spent are counted training MACs, evaluations included: a
-- network's are the virtual time between its ask and its answer; refused and failed ones cost nothing.
-- Blocks, a group for each searcher: line (spent, mean, lowest and highest over runs of the best
-- validation top-1 so far, at 200 places, from where every run has one); full and short (spent,
-- validation top-1 of what was trained on the whole and on a short schedule); then free (what the largest
-- network tried has, by parameters and by MACs), unit (that of spent, in words), most (end of the axis)
-- and searcher (all of them).
-- ?1 is the figure's name.

-- block: line
WITH p AS (SELECT DISTINCT part, series, substr(series, 1, instr(series || ' #', ' #') - 1) AS name,
                           CAST(substr(series, instr(series || ' #', ' #') + 2) AS INTEGER) AS run
           FROM current_point WHERE figure = ?1),
     begun AS MATERIALIZED (SELECT part AS log, created_utc FROM decision WHERE number = 1),
     l AS MATERIALIZED (
         SELECT p.part, series, name, log, row_number() OVER (PARTITION BY p.part, series ORDER BY created_utc DESC, log DESC) AS age
         FROM p JOIN begun ON substr(log, 1, length(p.part || series) + 2) = p.part || '/' || series || ':'),
     t AS (SELECT l.part, l.series, l.name, max(CASE kind WHEN 'tell' THEN number END) AS number,
                  max(CASE kind WHEN 'tell' THEN virtual_time END) - max(CASE kind WHEN 'ask' THEN virtual_time END) AS cost,
                  max(outcome) AS outcome, max(value) AS value, max(digest) AS digest
           FROM l JOIN decision d ON d.part = l.log AND kind <> 'end' WHERE age = 1 GROUP BY l.log, ticket),
     h AS (SELECT *, (SELECT epochs FROM planned q WHERE q.digest = t.digest LIMIT 1) AS epochs FROM t WHERE number IS NOT NULL),
     e AS MATERIALIZED (
         SELECT CASE WHEN min(part) OVER () <> max(part) OVER () THEN part || ': ' ELSE '' END || name
                || (SELECT CASE WHEN max(run) > 1 THEN printf(' (%d runs)', max(run)) ELSE '' END FROM p
                    WHERE p.part = h.part AND p.name = h.name) AS searcher,
                part, series, value, digest, epochs = max(epochs) OVER (PARTITION BY part) AS is_full,
                sum(CASE WHEN outcome IN ('done', 'diverged') THEN cost ELSE 0 END) OVER (PARTITION BY part, series ORDER BY number) AS spent
         FROM h),
     u AS (SELECT CASE WHEN max(spent) >= 1e15 THEN 1e15 WHEN max(spent) >= 1e12 THEN 1e12
                       WHEN max(spent) >= 1e9 THEN 1e9 ELSE 1e6 END AS unit, max(spent) AS most FROM e),
     place(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM place WHERE k < 200),
     run AS (SELECT DISTINCT searcher, part, series FROM e),
     best AS (SELECT r.searcher, r.series, k, (SELECT max(value) FROM e WHERE e.part = r.part AND e.series = r.series AND is_full
                                               AND spent <= most * (k / 200.0)) AS value
              FROM run r CROSS JOIN place CROSS JOIN u),
     line AS (SELECT searcher, k, avg(value) AS mean, min(value) AS low, max(value) AS high, count(*) AS n, count(value) AS there
              FROM best GROUP BY searcher, k)
SELECT searcher AS series, most * (k / 200.0) / unit AS spent, CASE WHEN there = n THEN mean END AS best,
       CASE WHEN there = n THEN low END AS low, CASE WHEN there = n THEN high END AS high, n AS runs
FROM line CROSS JOIN u WHERE there = n OR k = 200 ORDER BY searcher, k;

-- block: full
WITH p AS (SELECT DISTINCT part, series, substr(series, 1, instr(series || ' #', ' #') - 1) AS name,
                           CAST(substr(series, instr(series || ' #', ' #') + 2) AS INTEGER) AS run
           FROM current_point WHERE figure = ?1),
     begun AS MATERIALIZED (SELECT part AS log, created_utc FROM decision WHERE number = 1),
     l AS MATERIALIZED (
         SELECT p.part, series, name, log, row_number() OVER (PARTITION BY p.part, series ORDER BY created_utc DESC, log DESC) AS age
         FROM p JOIN begun ON substr(log, 1, length(p.part || series) + 2) = p.part || '/' || series || ':'),
     t AS (SELECT l.part, l.series, l.name, max(CASE kind WHEN 'tell' THEN number END) AS number,
                  max(CASE kind WHEN 'tell' THEN virtual_time END) - max(CASE kind WHEN 'ask' THEN virtual_time END) AS cost,
                  max(outcome) AS outcome, max(value) AS value, max(digest) AS digest
           FROM l JOIN decision d ON d.part = l.log AND kind <> 'end' WHERE age = 1 GROUP BY l.log, ticket),
     h AS (SELECT *, (SELECT epochs FROM planned q WHERE q.digest = t.digest LIMIT 1) AS epochs FROM t WHERE number IS NOT NULL),
     e AS MATERIALIZED (
         SELECT CASE WHEN min(part) OVER () <> max(part) OVER () THEN part || ': ' ELSE '' END || name
                || (SELECT CASE WHEN max(run) > 1 THEN printf(' (%d runs)', max(run)) ELSE '' END FROM p
                    WHERE p.part = h.part AND p.name = h.name) AS searcher,
                part, series, value, digest, epochs = max(epochs) OVER (PARTITION BY part) AS is_full,
                sum(CASE WHEN outcome IN ('done', 'diverged') THEN cost ELSE 0 END) OVER (PARTITION BY part, series ORDER BY number) AS spent
         FROM h),
     u AS (SELECT CASE WHEN max(spent) >= 1e15 THEN 1e15 WHEN max(spent) >= 1e12 THEN 1e12
                       WHEN max(spent) >= 1e9 THEN 1e9 ELSE 1e6 END AS unit, max(spent) AS most FROM e)
SELECT searcher AS series, spent / unit AS spent, value AS top1
FROM e CROSS JOIN u WHERE is_full AND value IS NOT NULL ORDER BY searcher, e.spent, e.series;

-- block: short
WITH p AS (SELECT DISTINCT part, series, substr(series, 1, instr(series || ' #', ' #') - 1) AS name,
                           CAST(substr(series, instr(series || ' #', ' #') + 2) AS INTEGER) AS run
           FROM current_point WHERE figure = ?1),
     begun AS MATERIALIZED (SELECT part AS log, created_utc FROM decision WHERE number = 1),
     l AS MATERIALIZED (
         SELECT p.part, series, name, log, row_number() OVER (PARTITION BY p.part, series ORDER BY created_utc DESC, log DESC) AS age
         FROM p JOIN begun ON substr(log, 1, length(p.part || series) + 2) = p.part || '/' || series || ':'),
     t AS (SELECT l.part, l.series, l.name, max(CASE kind WHEN 'tell' THEN number END) AS number,
                  max(CASE kind WHEN 'tell' THEN virtual_time END) - max(CASE kind WHEN 'ask' THEN virtual_time END) AS cost,
                  max(outcome) AS outcome, max(value) AS value, max(digest) AS digest
           FROM l JOIN decision d ON d.part = l.log AND kind <> 'end' WHERE age = 1 GROUP BY l.log, ticket),
     h AS (SELECT *, (SELECT epochs FROM planned q WHERE q.digest = t.digest LIMIT 1) AS epochs FROM t WHERE number IS NOT NULL),
     e AS MATERIALIZED (
         SELECT CASE WHEN min(part) OVER () <> max(part) OVER () THEN part || ': ' ELSE '' END || name
                || (SELECT CASE WHEN max(run) > 1 THEN printf(' (%d runs)', max(run)) ELSE '' END FROM p
                    WHERE p.part = h.part AND p.name = h.name) AS searcher,
                part, series, value, digest, epochs = max(epochs) OVER (PARTITION BY part) AS is_full,
                sum(CASE WHEN outcome IN ('done', 'diverged') THEN cost ELSE 0 END) OVER (PARTITION BY part, series ORDER BY number) AS spent
         FROM h),
     u AS (SELECT CASE WHEN max(spent) >= 1e15 THEN 1e15 WHEN max(spent) >= 1e12 THEN 1e12
                       WHEN max(spent) >= 1e9 THEN 1e9 ELSE 1e6 END AS unit, max(spent) AS most FROM e)
SELECT searcher AS series, spent / unit AS spent, value AS top1
FROM e CROSS JOIN u WHERE NOT is_full AND value IS NOT NULL ORDER BY searcher, e.spent, e.series;

-- block: free
WITH p AS (SELECT DISTINCT part, series, substr(series, 1, instr(series || ' #', ' #') - 1) AS name,
                           CAST(substr(series, instr(series || ' #', ' #') + 2) AS INTEGER) AS run
           FROM current_point WHERE figure = ?1),
     begun AS MATERIALIZED (SELECT part AS log, created_utc FROM decision WHERE number = 1),
     l AS MATERIALIZED (
         SELECT p.part, series, name, log, row_number() OVER (PARTITION BY p.part, series ORDER BY created_utc DESC, log DESC) AS age
         FROM p JOIN begun ON substr(log, 1, length(p.part || series) + 2) = p.part || '/' || series || ':'),
     t AS (SELECT l.part, l.series, l.name, max(CASE kind WHEN 'tell' THEN number END) AS number,
                  max(CASE kind WHEN 'tell' THEN virtual_time END) - max(CASE kind WHEN 'ask' THEN virtual_time END) AS cost,
                  max(outcome) AS outcome, max(value) AS value, max(digest) AS digest
           FROM l JOIN decision d ON d.part = l.log AND kind <> 'end' WHERE age = 1 GROUP BY l.log, ticket),
     h AS (SELECT *, (SELECT epochs FROM planned q WHERE q.digest = t.digest LIMIT 1) AS epochs FROM t WHERE number IS NOT NULL),
     e AS MATERIALIZED (
         SELECT CASE WHEN min(part) OVER () <> max(part) OVER () THEN part || ': ' ELSE '' END || name
                || (SELECT CASE WHEN max(run) > 1 THEN printf(' (%d runs)', max(run)) ELSE '' END FROM p
                    WHERE p.part = h.part AND p.name = h.name) AS searcher,
                part, series, value, digest, epochs = max(epochs) OVER (PARTITION BY part) AS is_full,
                sum(CASE WHEN outcome IN ('done', 'diverged') THEN cost ELSE 0 END) OVER (PARTITION BY part, series ORDER BY number) AS spent
         FROM h),
     u AS (SELECT CASE WHEN max(spent) >= 1e15 THEN 1e15 WHEN max(spent) >= 1e12 THEN 1e12
                       WHEN max(spent) >= 1e9 THEN 1e9 ELSE 1e6 END AS unit, max(spent) AS most FROM e),
     tried AS (SELECT e.value, n.params, n.macs FROM e JOIN planned q ON q.digest = e.digest JOIN network n ON n.digest = q.network
               WHERE is_full AND value IS NOT NULL),
     f AS (SELECT * FROM (SELECT 'most params' AS series, value FROM tried ORDER BY params DESC, macs DESC, value DESC LIMIT 1)
           UNION ALL
           SELECT * FROM (SELECT 'most MACs' AS series, value FROM tried ORDER BY macs DESC, params DESC, value DESC LIMIT 1))
SELECT series, 0 AS spent, value AS top1 FROM f UNION ALL SELECT series, most / unit, value FROM f CROSS JOIN u
ORDER BY series DESC, spent;

-- block: unit
WITH p AS (SELECT DISTINCT part, series, substr(series, 1, instr(series || ' #', ' #') - 1) AS name,
                           CAST(substr(series, instr(series || ' #', ' #') + 2) AS INTEGER) AS run
           FROM current_point WHERE figure = ?1),
     begun AS MATERIALIZED (SELECT part AS log, created_utc FROM decision WHERE number = 1),
     l AS MATERIALIZED (
         SELECT p.part, series, name, log, row_number() OVER (PARTITION BY p.part, series ORDER BY created_utc DESC, log DESC) AS age
         FROM p JOIN begun ON substr(log, 1, length(p.part || series) + 2) = p.part || '/' || series || ':'),
     t AS (SELECT l.part, l.series, l.name, max(CASE kind WHEN 'tell' THEN number END) AS number,
                  max(CASE kind WHEN 'tell' THEN virtual_time END) - max(CASE kind WHEN 'ask' THEN virtual_time END) AS cost,
                  max(outcome) AS outcome, max(value) AS value, max(digest) AS digest
           FROM l JOIN decision d ON d.part = l.log AND kind <> 'end' WHERE age = 1 GROUP BY l.log, ticket),
     h AS (SELECT *, (SELECT epochs FROM planned q WHERE q.digest = t.digest LIMIT 1) AS epochs FROM t WHERE number IS NOT NULL),
     e AS MATERIALIZED (
         SELECT CASE WHEN min(part) OVER () <> max(part) OVER () THEN part || ': ' ELSE '' END || name
                || (SELECT CASE WHEN max(run) > 1 THEN printf(' (%d runs)', max(run)) ELSE '' END FROM p
                    WHERE p.part = h.part AND p.name = h.name) AS searcher,
                part, series, value, digest, epochs = max(epochs) OVER (PARTITION BY part) AS is_full,
                sum(CASE WHEN outcome IN ('done', 'diverged') THEN cost ELSE 0 END) OVER (PARTITION BY part, series ORDER BY number) AS spent
         FROM h),
     u AS (SELECT CASE WHEN max(spent) >= 1e15 THEN 1e15 WHEN max(spent) >= 1e12 THEN 1e12
                       WHEN max(spent) >= 1e9 THEN 1e9 ELSE 1e6 END AS unit, max(spent) AS most FROM e)
SELECT CASE unit WHEN 1e15 THEN '10¹⁵' WHEN 1e12 THEN '10¹²' WHEN 1e9 THEN '10⁹' ELSE '10⁶' END AS series FROM u;

-- block: most
WITH p AS (SELECT DISTINCT part, series, substr(series, 1, instr(series || ' #', ' #') - 1) AS name,
                           CAST(substr(series, instr(series || ' #', ' #') + 2) AS INTEGER) AS run
           FROM current_point WHERE figure = ?1),
     begun AS MATERIALIZED (SELECT part AS log, created_utc FROM decision WHERE number = 1),
     l AS MATERIALIZED (
         SELECT p.part, series, name, log, row_number() OVER (PARTITION BY p.part, series ORDER BY created_utc DESC, log DESC) AS age
         FROM p JOIN begun ON substr(log, 1, length(p.part || series) + 2) = p.part || '/' || series || ':'),
     t AS (SELECT l.part, l.series, l.name, max(CASE kind WHEN 'tell' THEN number END) AS number,
                  max(CASE kind WHEN 'tell' THEN virtual_time END) - max(CASE kind WHEN 'ask' THEN virtual_time END) AS cost,
                  max(outcome) AS outcome, max(value) AS value, max(digest) AS digest
           FROM l JOIN decision d ON d.part = l.log AND kind <> 'end' WHERE age = 1 GROUP BY l.log, ticket),
     h AS (SELECT *, (SELECT epochs FROM planned q WHERE q.digest = t.digest LIMIT 1) AS epochs FROM t WHERE number IS NOT NULL),
     e AS MATERIALIZED (
         SELECT CASE WHEN min(part) OVER () <> max(part) OVER () THEN part || ': ' ELSE '' END || name
                || (SELECT CASE WHEN max(run) > 1 THEN printf(' (%d runs)', max(run)) ELSE '' END FROM p
                    WHERE p.part = h.part AND p.name = h.name) AS searcher,
                part, series, value, digest, epochs = max(epochs) OVER (PARTITION BY part) AS is_full,
                sum(CASE WHEN outcome IN ('done', 'diverged') THEN cost ELSE 0 END) OVER (PARTITION BY part, series ORDER BY number) AS spent
         FROM h),
     u AS (SELECT CASE WHEN max(spent) >= 1e15 THEN 1e15 WHEN max(spent) >= 1e12 THEN 1e12
                       WHEN max(spent) >= 1e9 THEN 1e9 ELSE 1e6 END AS unit, max(spent) AS most FROM e)
SELECT printf('%.6g', 1.02 * most / unit) AS series FROM u WHERE most IS NOT NULL;

-- block: searcher
WITH p AS (SELECT DISTINCT part, series, substr(series, 1, instr(series || ' #', ' #') - 1) AS name,
                           CAST(substr(series, instr(series || ' #', ' #') + 2) AS INTEGER) AS run
           FROM current_point WHERE figure = ?1),
     begun AS MATERIALIZED (SELECT part AS log, created_utc FROM decision WHERE number = 1),
     l AS MATERIALIZED (
         SELECT p.part, series, name, log, row_number() OVER (PARTITION BY p.part, series ORDER BY created_utc DESC, log DESC) AS age
         FROM p JOIN begun ON substr(log, 1, length(p.part || series) + 2) = p.part || '/' || series || ':'),
     t AS (SELECT l.part, l.series, l.name, max(CASE kind WHEN 'tell' THEN number END) AS number,
                  max(CASE kind WHEN 'tell' THEN virtual_time END) - max(CASE kind WHEN 'ask' THEN virtual_time END) AS cost,
                  max(outcome) AS outcome, max(value) AS value, max(digest) AS digest
           FROM l JOIN decision d ON d.part = l.log AND kind <> 'end' WHERE age = 1 GROUP BY l.log, ticket),
     h AS (SELECT *, (SELECT epochs FROM planned q WHERE q.digest = t.digest LIMIT 1) AS epochs FROM t WHERE number IS NOT NULL),
     e AS MATERIALIZED (
         SELECT CASE WHEN min(part) OVER () <> max(part) OVER () THEN part || ': ' ELSE '' END || name
                || (SELECT CASE WHEN max(run) > 1 THEN printf(' (%d runs)', max(run)) ELSE '' END FROM p
                    WHERE p.part = h.part AND p.name = h.name) AS searcher,
                part, series, value, digest, epochs = max(epochs) OVER (PARTITION BY part) AS is_full,
                sum(CASE WHEN outcome IN ('done', 'diverged') THEN cost ELSE 0 END) OVER (PARTITION BY part, series ORDER BY number) AS spent
         FROM h),
     u AS (SELECT CASE WHEN max(spent) >= 1e15 THEN 1e15 WHEN max(spent) >= 1e12 THEN 1e12
                       WHEN max(spent) >= 1e9 THEN 1e9 ELSE 1e6 END AS unit, max(spent) AS most FROM e)
SELECT searcher AS series, count(DISTINCT series) AS runs, count(*) AS evaluations FROM e GROUP BY searcher ORDER BY searcher;
