-- Figure 8: strategies at matched MACs, from the baseline on. Blocks of means (MACs, top-1, half a 90 %
-- interval from five seeds on) and of seeds (MACs, top-1), a group for each strategy; points off
-- their ray or tied apart. The baseline is taken from wherever it was trained with the study's seeds: a
-- network as it was given whose MACs the targets are multiples of.
-- A trial counts once in a series, however many of its points ask for it.

-- block: mean
WITH own AS (SELECT * FROM measured WHERE figure = ?1),
     strategy AS (SELECT series, CASE series WHEN 'width' THEN 1 WHEN 'depth' THEN 2 WHEN 'resolution' THEN 3
                                             WHEN 'compound' THEN 4 ELSE 5 END AS sorting
                  FROM own GROUP BY series),
     base AS (SELECT * FROM measured WHERE max(abs(built_d - 1), abs(built_w - 1), abs(built_r - 1)) < 1e-9 AND status = 'done'
               AND macs IN (SELECT round(1.0 * target_macs / x) FROM own) AND part NOT IN (SELECT part FROM own_seed)),
     m AS (SELECT series, macs, test_top1 FROM own WHERE status = 'done' GROUP BY series, trial
           UNION ALL
           SELECT s.series, b.macs, b.test_top1 FROM strategy s JOIN base b ON b.place = (SELECT min(place) FROM base)),
     unit AS (SELECT CASE WHEN max(macs) >= 1e9 THEN 1e9 ELSE 1e6 END AS unit FROM own)
SELECT m.series, m.macs / unit AS macs, avg(test_top1) AS top1,
       CASE WHEN count(test_top1) >= 5 THEN half90(test_top1) END AS half
FROM m CROSS JOIN strategy s ON s.series = m.series JOIN unit GROUP BY m.series, m.macs -- means: in the order of m
ORDER BY sorting, m.series, m.macs;

-- block: seed
WITH own AS (SELECT * FROM measured WHERE figure = ?1),
     strategy AS (SELECT series, CASE series WHEN 'width' THEN 1 WHEN 'depth' THEN 2 WHEN 'resolution' THEN 3
                                             WHEN 'compound' THEN 4 ELSE 5 END AS sorting
                  FROM own GROUP BY series),
     base AS (SELECT * FROM measured WHERE max(abs(built_d - 1), abs(built_w - 1), abs(built_r - 1)) < 1e-9 AND status = 'done'
               AND macs IN (SELECT round(1.0 * target_macs / x) FROM own) AND part NOT IN (SELECT part FROM own_seed)),
     m AS (SELECT series, macs, seed, test_top1 FROM own WHERE status = 'done' GROUP BY series, trial
           UNION ALL
           SELECT s.series, b.macs, b.seed, b.test_top1
           FROM strategy s JOIN base b ON b.place = (SELECT min(place) FROM base)),
     unit AS (SELECT CASE WHEN max(macs) >= 1e9 THEN 1e9 ELSE 1e6 END AS unit FROM own)
SELECT m.series, m.macs / unit AS macs, test_top1 AS top1
FROM m JOIN strategy s ON s.series = m.series JOIN unit
ORDER BY sorting, m.series, m.macs, m.seed;

-- block: aside
WITH own AS (SELECT * FROM measured WHERE figure = ?1),
     unit AS (SELECT CASE WHEN max(macs) >= 1e9 THEN 1e9 ELSE 1e6 END AS unit FROM own)
SELECT 'aside' AS series, macs / unit AS macs, avg(test_top1) AS top1
FROM own JOIN unit WHERE status = 'done' AND point_status IN ('off-ray', 'tied') GROUP BY series, place
ORDER BY macs, own.series;
