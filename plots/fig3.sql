-- Figure 3: one dimension at a time. Blocks of means (MACs, top-1, half a 90 % interval from five
-- seeds on, label, where it stands: 1 below right, 2 below left, 3 above, 4 below) and of seeds (MACs, top-1), a pair for each dimension. ?1 is the figure's name.
-- A trial counts once in a series, however many of its points ask for it.

-- block: width_mean
WITH m AS (SELECT *, max(macs) OVER () >= 1e9 AS is_big FROM (SELECT *, min(place) FROM measured WHERE figure = ?1 GROUP BY series, trial)),
     line AS (SELECT series, macs / CASE WHEN is_big THEN 1e9 ELSE 1e6 END AS macs, avg(test_top1) AS top1,
                     CASE WHEN count(test_top1) >= 5 THEN half90(test_top1) END AS half,
                     printf('w = %.3g', x) AS label
              FROM m WHERE series = 'width' AND status = 'done' GROUP BY network)
SELECT *, CASE WHEN coalesce(lag(top1) OVER w, top1) <= top1 AND top1 <= coalesce(lead(top1) OVER w, top1) THEN 1
               WHEN coalesce(lag(top1) OVER w, top1) >= top1 AND top1 >= coalesce(lead(top1) OVER w, top1) THEN 2
               WHEN top1 > lag(top1) OVER w THEN 3 ELSE 4 END AS side
FROM line WINDOW w AS (ORDER BY macs) ORDER BY macs;

-- block: width_seed
WITH m AS (SELECT *, max(macs) OVER () >= 1e9 AS is_big FROM (SELECT *, min(place) FROM measured WHERE figure = ?1 GROUP BY series, trial))
SELECT series, macs / CASE WHEN is_big THEN 1e9 ELSE 1e6 END AS macs, test_top1 AS top1
FROM m WHERE series = 'width' AND status = 'done' ORDER BY m.macs, seed;

-- block: depth_mean
WITH m AS (SELECT *, max(macs) OVER () >= 1e9 AS is_big FROM (SELECT *, min(place) FROM measured WHERE figure = ?1 GROUP BY series, trial)),
     line AS (SELECT series, macs / CASE WHEN is_big THEN 1e9 ELSE 1e6 END AS macs, avg(test_top1) AS top1,
                     CASE WHEN count(test_top1) >= 5 THEN half90(test_top1) END AS half,
                     printf('d = %.3g', x) AS label
              FROM m WHERE series = 'depth' AND status = 'done' GROUP BY network)
SELECT *, CASE WHEN coalesce(lag(top1) OVER w, top1) <= top1 AND top1 <= coalesce(lead(top1) OVER w, top1) THEN 1
               WHEN coalesce(lag(top1) OVER w, top1) >= top1 AND top1 >= coalesce(lead(top1) OVER w, top1) THEN 2
               WHEN top1 > lag(top1) OVER w THEN 3 ELSE 4 END AS side
FROM line WINDOW w AS (ORDER BY macs) ORDER BY macs;

-- block: depth_seed
WITH m AS (SELECT *, max(macs) OVER () >= 1e9 AS is_big FROM (SELECT *, min(place) FROM measured WHERE figure = ?1 GROUP BY series, trial))
SELECT series, macs / CASE WHEN is_big THEN 1e9 ELSE 1e6 END AS macs, test_top1 AS top1
FROM m WHERE series = 'depth' AND status = 'done' ORDER BY m.macs, seed;

-- block: resolution_mean
WITH m AS (SELECT *, max(macs) OVER () >= 1e9 AS is_big FROM (SELECT *, min(place) FROM measured WHERE figure = ?1 GROUP BY series, trial)),
     line AS (SELECT series, macs / CASE WHEN is_big THEN 1e9 ELSE 1e6 END AS macs, avg(test_top1) AS top1,
                     CASE WHEN count(test_top1) >= 5 THEN half90(test_top1) END AS half,
                     printf('r = %.3g', x) AS label
              FROM m WHERE series = 'resolution' AND status = 'done' GROUP BY network)
SELECT *, CASE WHEN coalesce(lag(top1) OVER w, top1) <= top1 AND top1 <= coalesce(lead(top1) OVER w, top1) THEN 1
               WHEN coalesce(lag(top1) OVER w, top1) >= top1 AND top1 >= coalesce(lead(top1) OVER w, top1) THEN 2
               WHEN top1 > lag(top1) OVER w THEN 3 ELSE 4 END AS side
FROM line WINDOW w AS (ORDER BY macs) ORDER BY macs;

-- block: resolution_seed
WITH m AS (SELECT *, max(macs) OVER () >= 1e9 AS is_big FROM (SELECT *, min(place) FROM measured WHERE figure = ?1 GROUP BY series, trial))
SELECT series, macs / CASE WHEN is_big THEN 1e9 ELSE 1e6 END AS macs, test_top1 AS top1
FROM m WHERE series = 'resolution' AND status = 'done' ORDER BY m.macs, seed;
