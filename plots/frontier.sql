-- Frontier: every network by its cost. Blocks: mean, a group for each series, where all that a search
-- found is one (MACs, top-1, half a 90 % interval from five seeds on, how many marks aside where series share
-- a network, number on the front or NULL, name, seeds, which of the front dominate it: cheaper or equal, and
-- better or equal, by means; and which of these do so with a 90 % interval of the differences by seed above
-- zero); seed (MACs, top-1, seed); front, in the order of cost (MACs, top-1, number, and what the list beside
-- it says). A trial counts once in a series, however many of its points ask for it. ?1 is the figure's name.
WITH m AS MATERIALIZED (
         SELECT *, line AS series, place_of_mark - 0.5 * (max(place_of_mark) OVER (PARTITION BY network, epochs) + 1) AS shift
         FROM (SELECT *, max(macs) OVER () >= 1e9 AS is_big, dense_rank() OVER (PARTITION BY network, epochs ORDER BY line) AS place_of_mark
         FROM (SELECT CASE WHEN series GLOB 'found [0-9]*' THEN 'found' ELSE series END AS line, min(place) AS place, network, epochs,
                      macs, trial, seed, genes, built_d, built_w, resolution, status, test_top1
               FROM measured WHERE figure = ?1 GROUP BY line, trial) WHERE status = 'done')),
     n AS MATERIALIZED (
         SELECT row_number() OVER (ORDER BY series, macs, min(place)) AS id, series, network, epochs, macs, min(place) AS place,
                macs / CASE WHEN is_big THEN 1e9 ELSE 1e6 END AS cost, avg(test_top1) AS top1,
                CASE WHEN count(test_top1) >= 5 THEN half90(test_top1) END AS half, count(test_top1) AS n,
                group_concat(CASE WHEN test_top1 IS NOT NULL THEN trial END, ' ') AS trials, shift,
                coalesce(genes, printf('d %.2f w %.2f %d px', built_d, built_w, resolution)) AS name
         FROM (SELECT * FROM m ORDER BY series, network, epochs, seed, trial) m GROUP BY series, network, epochs),
     f AS MATERIALIZED (
         SELECT *, row_number() OVER (ORDER BY macs, id) AS number
         FROM (SELECT *, max(top1) OVER (ORDER BY macs RANGE UNBOUNDED PRECEDING EXCLUDE GROUP) AS cheaper,
                      max(top1) OVER (PARTITION BY macs) AS equal FROM n)
         WHERE (cheaper IS NULL OR top1 > cheaper) AND top1 = equal),
     pair AS (
         SELECT n.id, f.number, avg(a.test_top1 - b.test_top1) > half90(a.test_top1 - b.test_top1) AS is_sure
         FROM n CROSS JOIN f ON f.macs <= n.macs AND f.top1 >= n.top1 AND (f.macs < n.macs OR f.top1 > n.top1)
         LEFT JOIN m b ON b.series = n.series AND b.network = n.network AND b.epochs = n.epochs
         LEFT JOIN m a ON a.series = f.series AND a.network = f.network AND a.epochs = f.epochs AND a.seed = b.seed
         GROUP BY n.id, f.number),
     beaten AS (
         SELECT id, group_concat(number, ' ') AS dominated_by,
                group_concat(CASE WHEN is_sure THEN number END, ' ') AS surely_by
         FROM (SELECT * FROM pair ORDER BY id, number) GROUP BY id)

-- block: mean
SELECT n.series, n.cost AS macs, n.top1, n.half, n.shift, f.number AS front, n.name, n.n, b.dominated_by, b.surely_by, n.trials
FROM n LEFT JOIN f ON f.id = n.id LEFT JOIN beaten b ON b.id = n.id ORDER BY n.id;

-- block: seed
SELECT series, macs / CASE WHEN is_big THEN 1e9 ELSE 1e6 END AS macs, test_top1 AS top1, seed, shift, trial
FROM m ORDER BY series, m.macs, place, seed;

-- block: front
SELECT 'front' AS series, cost AS macs, top1, number AS label,
       CASE WHEN length(name) <= 17 THEN name ELSE substr(name, 1, 8) || '…' || substr(name, -8) END AS short,
       printf('%.3g', cost) AS cost,
       printf('%.1f', top1) || CASE WHEN half IS NULL THEN '' ELSE printf(' ± %.1f', half) END AS accuracy
FROM f ORDER BY number;
