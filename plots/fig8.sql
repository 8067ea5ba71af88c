-- Figure 8: strategies at matched MACs. Blocks: mean (MACs, top-1, half a 90 % interval from five seeds on,
-- how many marks aside where strategies share a network, seeds) and seed (MACs, top-1, seed), a group for each
-- strategy and one for the baseline: that of the part itself, with the seeds of its lines (with_baseline), else, where
-- that was trained with the study's seeds, a network as it was given whose MACs the targets are multiples of,
-- anywhere in the study; start (from the baseline to each line's first point), none without it; aside (points
-- off their ray, or tied); legend (names).
-- A trial counts once in a series, however many of its points ask for it. Parts that scale several baselines have lines
-- of their own: "width, resnet-20-cifar", by what stands before the multipliers in their networks' names.
WITH own AS MATERIALIZED (SELECT * FROM measured WHERE figure = ?1),
     base AS MATERIALIZED (SELECT * FROM measured WHERE max(abs(built_d - 1), abs(built_w - 1), abs(built_r - 1)) < 1e-9 AND status = 'done'
               AND macs IN (SELECT round(1.0 * target_macs / x) FROM own) AND part NOT IN (SELECT part FROM own_seed) AND figure NOT IN ('tune', 'fig6')),
     scaled AS (SELECT o.part, coalesce(max(substr(n.name, 1, instr(n.name, printf('-d%.4g-w', o.nominal_d)) - 1)), '') AS name,
                       min(1.0 * o.target_macs / o.x) AS macs
                FROM own o JOIN network n ON n.digest = o.network GROUP BY o.part),
     mark AS (SELECT part, CASE WHEN (SELECT max(macs) > 1.001 * min(macs) FROM scaled) THEN ', ' || coalesce(nullif(name, ''), part) ELSE '' END AS mark
              FROM scaled),
     m AS (SELECT series || mark AS series, CASE series WHEN 'width' THEN 1 WHEN 'depth' THEN 2 WHEN 'resolution' THEN 3 WHEN 'compound' THEN 4
                          WHEN 'baseline' THEN 6 ELSE 5 END AS sorting, part, network, macs, seed, test_top1, point_status, trial
           FROM own JOIN mark USING (part) WHERE status = 'done' GROUP BY series || mark, trial
           UNION ALL
           SELECT 'baseline', 6, NULL, network, macs, seed, test_top1, 'fair', trial FROM base
           WHERE place = (SELECT min(place) FROM base) AND NOT EXISTS (SELECT 1 FROM own WHERE series = 'baseline')),
     unit AS (SELECT CASE WHEN max(macs) >= 1e9 THEN 1e9 ELSE 1e6 END AS unit FROM own),
     r AS (SELECT *, dense_rank() OVER (PARTITION BY network ORDER BY sorting, series) AS place_of_mark FROM m),
     s AS (SELECT *, place_of_mark - 0.5 * (max(place_of_mark) OVER (PARTITION BY network) + 1) AS shift FROM r),
     spot AS (SELECT series, sorting, part, s.macs / unit AS macs, avg(test_top1) AS top1,
                     CASE WHEN count(test_top1) >= 5 THEN half90(test_top1) END AS half, count(test_top1) AS n, shift, point_status,
                     group_concat(CASE WHEN test_top1 IS NOT NULL THEN trial END, ' ') AS trials
              FROM (SELECT * FROM s ORDER BY series, network, seed, trial) s JOIN unit GROUP BY series, network)

-- block: mean
SELECT series, macs, top1, half, shift, n, trials FROM spot ORDER BY sorting, series, macs;

-- block: seed
SELECT series, s.macs / unit AS macs, test_top1 AS top1, seed, shift, trial FROM s JOIN unit ORDER BY sorting, series, s.macs, seed;

-- block: start
SELECT s.series, b.macs, b.top1, s.macs AS to_macs, s.top1 AS to_top1, s.shift
FROM (SELECT *, row_number() OVER (PARTITION BY series ORDER BY macs) AS number FROM spot WHERE sorting <> 6) s
JOIN spot b ON b.sorting = 6 AND coalesce(b.part, s.part) = s.part WHERE number = 1 ORDER BY s.sorting, s.series;

-- block: aside
SELECT 'aside' AS series, macs, top1, shift FROM spot WHERE point_status IN ('off-ray', 'tied') ORDER BY macs, sorting, spot.series;

-- block: legend
SELECT series FROM (SELECT series, min(sorting) AS sorting FROM spot GROUP BY series
                    UNION ALL SELECT 'off ray, or tied', 7 FROM spot WHERE point_status IN ('off-ray', 'tied'))
GROUP BY series ORDER BY sorting, series;
