-- Families: the members of compound scaling by phi. Blocks of means (MACs, top-1, half a 90 %
-- interval from five seeds on, how many marks aside where families share a network, label, seeds) and of
-- seeds (MACs, top-1, seed), a group for each family. A trial counts once in a series, however many of its
-- points ask for it.
WITH own AS (SELECT *, min(place) FROM measured WHERE figure = ?1 AND status = 'done' GROUP BY series, trial),
     m AS (SELECT *, macs / CASE WHEN max(macs) OVER () >= 1e9 THEN 1e9 ELSE 1e6 END AS cost,
                  min(place) OVER (PARTITION BY series) AS sorting FROM own),
     r AS (SELECT *, dense_rank() OVER (PARTITION BY network ORDER BY sorting) AS place_of_mark FROM m),
     s AS (SELECT *, place_of_mark - 0.5 * (max(place_of_mark) OVER (PARTITION BY network) + 1) AS shift FROM r)

-- block: mean
SELECT series, cost AS macs, avg(test_top1) AS top1, CASE WHEN count(test_top1) >= 5 THEN half90(test_top1) END AS half,
       shift, printf('φ %g', x) AS label, count(test_top1) AS n, group_concat(CASE WHEN test_top1 IS NOT NULL THEN trial END, ' ') AS trials
FROM (SELECT * FROM s ORDER BY series, network, seed, trial) s GROUP BY series, network ORDER BY sorting, s.macs;

-- block: seed
SELECT series, cost AS macs, test_top1 AS top1, seed, shift, trial
FROM s ORDER BY sorting, s.macs, seed;
