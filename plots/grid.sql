-- The grid: every network at the same cost. A group for each grid part (match counted before nominal):
-- map: built depth, built width, built resolution, mean score; best: the same of the first rank;
-- mean: place from the top, mean validation top-1, half a 90 % interval from five seeds on, label;
-- seed: place, validation top-1, seed. Only the 24 best are listed by place.

-- block: map
WITH n AS (SELECT part, match, network, max(macs) AS macs, avg(val_top1) AS top1, built_d, built_w, built_r,
                  sum(status = 'diverged') AS bad
           FROM measured WHERE figure = ?1 GROUP BY part, network HAVING count(val_top1) > 0)
SELECT part || ' (match: ' || match || ')' AS series, built_d AS depth, built_w AS width, built_r AS resolution, score(top1, macs) AS score,
       top1
FROM n WHERE score(top1, macs) IS NOT NULL ORDER BY match, part, network;

-- block: best
WITH n AS (SELECT part, match, network, max(macs) AS macs, min(place) AS place, avg(val_top1) AS top1, built_d,
                  built_w, built_r, sum(status = 'diverged') AS bad
           FROM measured WHERE figure = ?1 GROUP BY part, network HAVING count(val_top1) > 0),
     o AS (SELECT *, row_number() OVER (PARTITION BY part ORDER BY bad > 0, score(top1, macs) DESC NULLS LAST,
                                        macs, place) AS rank FROM n)
SELECT part || ' (match: ' || match || ')' AS series, built_d AS depth, built_w AS width FROM o WHERE rank = 1 ORDER BY match, part;

-- block: mean
WITH n AS (SELECT part, match, network, max(macs) AS macs, min(place) AS place, avg(val_top1) AS top1,
                  count(val_top1) AS n, half90(val_top1) AS half, built_d, built_w, resolution,
                  sum(status = 'diverged') AS bad
           FROM measured WHERE figure = ?1 GROUP BY part, network HAVING count(val_top1) > 0),
     o AS (SELECT *, row_number() OVER (PARTITION BY part ORDER BY bad > 0, score(top1, macs) DESC NULLS LAST,
                                        macs, place) AS rank FROM n)
SELECT part || ' (match: ' || match || ')' AS series, rank, top1, CASE WHEN n >= 5 THEN half END AS half,
       printf('d %.2f w %.2f %d px%s', built_d, built_w, resolution, CASE WHEN bad > 0 THEN ', diverged' ELSE '' END)
           AS label
FROM o WHERE rank <= 24 ORDER BY match, part, rank;

-- block: seed
WITH n AS (SELECT part, match, network, max(macs) AS macs, min(place) AS place, avg(val_top1) AS top1,
                  sum(status = 'diverged') AS bad
           FROM measured WHERE figure = ?1 GROUP BY part, network HAVING count(val_top1) > 0),
     o AS (SELECT *, row_number() OVER (PARTITION BY part ORDER BY bad > 0, score(top1, macs) DESC NULLS LAST,
                                        macs, place) AS rank FROM n)
SELECT o.part || ' (match: ' || o.match || ')' AS series, o.rank, m.val_top1 AS top1, m.seed
FROM o JOIN measured m ON m.place = o.place WHERE o.rank <= 24 AND m.status = 'done'
ORDER BY o.match, o.part, o.rank, m.seed;
