-- Figure 5: families against what they cost. Blocks: mean (counted MACs, top-1, half a 90 % interval from five seeds on, how
-- many marks aside where families share a network, label, seeds) and seed (counted MACs, top-1, seed), a group for each
-- part `family`; what the paper printed comes from C (plots/figure_paper.c). A trial counts once in a series,
-- however many of its points ask for it.
WITH own AS (SELECT m.*, n.params, min(place) FROM measured m JOIN network n ON n.digest = m.network
             WHERE (part = 'family' OR part GLOB 'family-*') AND status = 'done' GROUP BY series, trial),
     m AS (SELECT *, macs / CASE WHEN max(macs) OVER () >= 1e9 THEN 1e9 ELSE 1e6 END AS cost, min(place) OVER (PARTITION BY series) AS sorting FROM own),
     r AS (SELECT *, dense_rank() OVER (PARTITION BY network ORDER BY sorting) AS place_of_mark FROM m),
     s AS (SELECT *, place_of_mark - 0.5 * (max(place_of_mark) OVER (PARTITION BY network) + 1) AS shift FROM r)

-- block: mean
SELECT series, cost AS macs, avg(test_top1) AS top1, CASE WHEN count(test_top1) >= 5 THEN half90(test_top1) END AS half,
       shift, printf('φ %g', x) AS label, count(test_top1) AS n, group_concat(CASE WHEN test_top1 IS NOT NULL THEN trial END, ' ') AS trials
FROM (SELECT * FROM s ORDER BY series, network, seed, trial) s GROUP BY series, network ORDER BY sorting, cost, s.place;

-- block: seed
SELECT series, cost AS macs, test_top1 AS top1, seed, shift, trial
FROM s ORDER BY sorting, cost, seed;
