-- Search: what every searcher of the parts `search` had found by what it had spent, out of the newest log
-- of decisions of each run (results/store.h). Spent are counted training MACs, evaluations included: a
-- network's are the virtual time between its ask and its answer; refused and failed ones cost nothing.
-- Blocks, a group for each searcher: line (spent, mean, lowest and highest over runs of the best
-- validation top-1 so far, at 200 places, from where every run has one); full and short (spent,
-- validation top-1 of what was trained on the whole and on a short schedule); then free (what the largest
-- network tried has, by parameters and by MACs), unit (that of spent, in words), most (end of the axis)
-- searcher (all of them), and legend.
-- ?1 is the figure's name.
-- with: evaluations.sql
,
     spending AS MATERIALIZED (
         SELECT CASE WHEN min(part) OVER () <> max(part) OVER () THEN part || ': ' ELSE '' END || name
                || (SELECT CASE WHEN max(run) > 1 THEN printf(' (%d runs)', max(run)) ELSE '' END FROM searcher s
                    WHERE s.part = v.part AND s.name = v.name) AS searcher,
                part, series, value, digest, is_full, sum(paid) OVER (PARTITION BY part, series ORDER BY number) AS spent
         FROM evaluation v WHERE part IN (SELECT part FROM current_point WHERE figure = ?1)),
     scale AS (SELECT CASE WHEN max(spent) >= 1e15 THEN 1e15 WHEN max(spent) >= 1e12 THEN 1e12
                           WHEN max(spent) >= 1e9 THEN 1e9 ELSE 1e6 END AS unit, max(spent) AS most FROM spending)

-- block: line
,
     place(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM place WHERE k < 200),
     one AS (SELECT DISTINCT searcher, part, series FROM spending),
     best AS (SELECT one.searcher, one.series, k,
                     (SELECT max(value) FROM spending s WHERE s.part = one.part AND s.series = one.series AND is_full
                      AND spent <= most * (k / 200.0)) AS value
              FROM one CROSS JOIN place CROSS JOIN scale),
     line AS (SELECT searcher, k, avg(value) AS mean, min(value) AS low, max(value) AS high, count(*) AS n, count(value) AS there
              FROM best GROUP BY searcher, k)
SELECT searcher AS series, most * (k / 200.0) / unit AS spent, CASE WHEN there = n THEN mean END AS best,
       CASE WHEN there = n THEN low END AS low, CASE WHEN there = n THEN high END AS high, n AS runs
FROM line CROSS JOIN scale WHERE there = n OR k = 200 ORDER BY searcher, k;

-- block: full
SELECT searcher AS series, spent / unit AS spent, value AS top1,
       (SELECT group_concat(id, ' ') FROM (SELECT q.id FROM planned q JOIN finished f ON f.trial = q.id
         WHERE q.digest = spending.digest AND f.val_top1 IS NOT NULL ORDER BY q.seed, q.id)) AS trials
FROM spending CROSS JOIN scale WHERE is_full AND value IS NOT NULL ORDER BY searcher, spending.spent, spending.series;

-- block: short
SELECT searcher AS series, spent / unit AS spent, value AS top1,
       (SELECT group_concat(id, ' ') FROM (SELECT q.id FROM planned q JOIN finished f ON f.trial = q.id
         WHERE q.digest = spending.digest AND f.val_top1 IS NOT NULL ORDER BY q.seed, q.id)) AS trials
FROM spending CROSS JOIN scale WHERE NOT is_full AND value IS NOT NULL ORDER BY searcher, spending.spent, spending.series;

-- block: free
,
     tried AS (SELECT s.value, n.params, n.macs FROM spending s JOIN planned q ON q.digest = s.digest
               JOIN network n ON n.digest = q.network WHERE is_full AND value IS NOT NULL),
     largest AS (SELECT * FROM (SELECT 'most params' AS series, value FROM tried ORDER BY params DESC, macs DESC, value DESC LIMIT 1)
                 UNION ALL
                 SELECT * FROM (SELECT 'most MACs' AS series, value FROM tried ORDER BY macs DESC, params DESC, value DESC LIMIT 1))
SELECT series, 0 AS spent, value AS top1 FROM largest
UNION ALL SELECT series, most / unit, value FROM largest CROSS JOIN scale ORDER BY series DESC, spent;

-- block: unit
SELECT CASE unit WHEN 1e15 THEN '10¹⁵' WHEN 1e12 THEN '10¹²' WHEN 1e9 THEN '10⁹' ELSE '10⁶' END AS series FROM scale;

-- block: most
SELECT printf('%.6g', 1.02 * most / unit) AS series FROM scale WHERE most IS NOT NULL;

-- block: searcher
SELECT searcher AS series, count(DISTINCT series) AS runs, count(*) AS evaluations FROM spending GROUP BY searcher ORDER BY searcher;

-- block: legend
SELECT series FROM (SELECT searcher AS series, 1 AS sorting FROM spending GROUP BY searcher
                    UNION ALL SELECT 'most params', 2 FROM scale WHERE most IS NOT NULL
                    UNION ALL SELECT 'most MACs', 2 FROM scale WHERE most IS NOT NULL)
ORDER BY sorting, series;
