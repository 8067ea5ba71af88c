-- Figure 4: width on top of several depths and resolutions. Blocks of means (MACs, top-1, half a 90 %
-- interval from five seeds on, width) and of seeds (MACs, top-1), a group for each line.
-- A trial counts once in a series, however many of its points ask for it.

-- block: mean
WITH m AS (SELECT *, max(macs) OVER () >= 1e9 AS is_big FROM (SELECT *, min(place) FROM measured WHERE figure = ?1 GROUP BY series, trial))
SELECT series, macs / CASE WHEN is_big THEN 1e9 ELSE 1e6 END AS macs, avg(test_top1) AS top1,
       CASE WHEN count(test_top1) >= 5 THEN half90(test_top1) END AS half, x AS width
FROM m WHERE status = 'done' GROUP BY series, network
ORDER BY m.nominal_d, m.nominal_r, m.series, m.macs;

-- block: seed
WITH m AS (SELECT *, max(macs) OVER () >= 1e9 AS is_big FROM (SELECT *, min(place) FROM measured WHERE figure = ?1 GROUP BY series, trial))
SELECT series, macs / CASE WHEN is_big THEN 1e9 ELSE 1e6 END AS macs, test_top1 AS top1
FROM m WHERE status = 'done' ORDER BY m.nominal_d, m.nominal_r, m.series, m.macs, seed;
