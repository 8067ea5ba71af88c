-- The grid: every network at the same cost. A group for each grid part (match counted before nominal):
-- map: built depth, built width, built resolution, mean score, mean validation top-1, seeds, and how many
-- networks there are, of which 2,000 at most are drawn, evenly by MACs; best: built depth and
-- width of the first rank; mean: place from the top, mean validation top-1, half a 90 % interval from five seeds
-- on, label, seeds; seed: place, validation top-1, seed. Only the 24 best are listed by place. A trial counts
-- once in a part, however many of its points ask for it.
WITH own AS MATERIALIZED (SELECT part, match, network, macs, min(place) AS place, trial, seed, status, val_top1, built_d, built_w,
                                 built_r, resolution
                          FROM measured WHERE figure = ?1 GROUP BY part, trial),
     n AS (SELECT part, match, part || ' (match: ' || match || ')' AS series, network, max(macs) AS macs, min(place) AS place,
                  avg(val_top1) AS top1, count(val_top1) AS n, half90(val_top1) AS half, built_d, built_w, built_r, resolution,
                  sum(status = 'diverged') AS bad, group_concat(CASE WHEN val_top1 IS NOT NULL THEN trial END, ' ') AS trials
           FROM (SELECT * FROM own ORDER BY part, network, seed, trial) GROUP BY part, network HAVING count(val_top1) > 0),
     o AS (SELECT *, row_number() OVER (PARTITION BY part ORDER BY bad > 0, score(top1, macs) DESC NULLS LAST, macs, place) AS rank
           FROM n)

-- block: map
SELECT series, built_d AS depth, built_w AS width, built_r AS resolution, score, top1, n, trials, all_networks
FROM (SELECT *, score(top1, macs) AS score, row_number() OVER (PARTITION BY part ORDER BY macs, network) AS number,
             count(*) OVER (PARTITION BY part) AS all_networks
      FROM n WHERE score(top1, macs) IS NOT NULL)
WHERE all_networks <= 2000 OR number * 2000 / all_networks <> (number - 1) * 2000 / all_networks
ORDER BY match, part, network;

-- block: best
SELECT series, built_d AS depth, built_w AS width FROM o WHERE rank = 1 ORDER BY match, part;

-- block: mean
SELECT series, rank, top1, CASE WHEN n >= 5 THEN half END AS half,
       printf('d %.2f w %.2f %d px%s', built_d, built_w, resolution, CASE WHEN bad > 0 THEN ', diverged' ELSE '' END) AS label,
       n, trials
FROM o WHERE rank <= 24 ORDER BY match, part, rank;

-- block: seed
SELECT o.series, o.rank, m.val_top1 AS top1, m.seed, m.trial
FROM o JOIN own m ON m.part = o.part AND m.network = o.network WHERE o.rank <= 24 AND m.status = 'done'
ORDER BY o.match, o.part, o.rank, m.seed;
