-- Figure 3: one dimension at a time. Blocks of means (MACs, top-1, half a 90 % interval from five
-- seeds on, label, seeds) and of seeds (MACs, top-1, seed), a group for each dimension. ?1 is the figure's name.
-- A trial counts once in a series, however many of its points ask for it.
WITH own AS (SELECT *, min(place) FROM measured WHERE figure = ?1 AND status = 'done' GROUP BY series, trial),
     m AS (SELECT *, macs / CASE WHEN max(macs) OVER () >= 1e9 THEN 1e9 ELSE 1e6 END AS cost,
                  CASE series WHEN 'width' THEN 1 WHEN 'depth' THEN 2 WHEN 'resolution' THEN 3 END AS sorting FROM own)

-- block: mean
SELECT series, cost AS macs, avg(test_top1) AS top1, CASE WHEN count(test_top1) >= 5 THEN half90(test_top1) END AS half,
       CASE WHEN count(*) OVER (PARTITION BY series) > 5 THEN printf('%.3g', x) ELSE printf('%s = %.3g', substr(series, 1, 1), x) END AS label,
       count(test_top1) AS n, group_concat(CASE WHEN test_top1 IS NOT NULL THEN trial END, ' ') AS trials
FROM (SELECT * FROM m WHERE sorting IS NOT NULL ORDER BY series, network, seed, trial) m GROUP BY series, network ORDER BY sorting, m.macs;

-- block: seed
SELECT series, cost AS macs, test_top1 AS top1, seed, trial
FROM m WHERE sorting IS NOT NULL ORDER BY sorting, m.macs, seed;
