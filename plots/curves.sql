-- Learning curves: validation top-1 after each epoch, the mean over the seeds of a network and the band from
-- the lowest to the highest. A panel for each series of each part, in the study's order, 24 at most. Blocks:
-- line (shade: rank of its MACs in its panel from 0 to 1, panel, whether it is ripe (the program says it, plots/figure_ripe.c), then where it ends, who
-- it is and its seeds), curve (epoch, mean, low, high, seeds), a group for each line; seed (epoch, validation top-1, seed); panel (names); range
-- (least, most, epochs). A trial counts once in a series. ?1 is not asked for.
WITH t AS (SELECT *, min(place) OVER (PARTITION BY part, series) AS beginning
           FROM (SELECT part, series, network, epochs, min(place) AS place, macs, trial, seed, genes, built_d, built_w, resolution
                 FROM measured WHERE status = 'done' AND figure <> 'tune' GROUP BY part, series, trial)),
     p AS (SELECT *, dense_rank() OVER (ORDER BY beginning, part, series) AS panel FROM t),
     l AS MATERIALIZED (SELECT *, dense_rank() OVER (ORDER BY panel, macs, network, epochs) AS line,
                               percent_rank() OVER (PARTITION BY panel ORDER BY macs) AS shade
                        FROM p WHERE panel <= 24),
     c AS MATERIALIZED (SELECT l.*, e.epoch, avg(e.val_top1) AS mean, min(e.val_top1) AS low, max(e.val_top1) AS high, count(e.val_top1) AS n
                        FROM l JOIN epoch e ON e.trial = l.trial GROUP BY line, e.epoch)

-- block: line
SELECT CAST(line AS TEXT) AS series, shade, panel, '' AS label, max(epoch) AS epoch, mean, part || ': ' || c.series AS panel_name,
       coalesce(genes, printf('d %.2f w %.2f %d px', built_d, built_w, resolution)) AS name, macs, n
FROM c GROUP BY line ORDER BY line;

-- block: curve
SELECT CAST(line AS TEXT) AS series, epoch, mean, low, high, n FROM c ORDER BY line, epoch;

-- block: seed
SELECT CAST(line AS TEXT) AS series, e.epoch, e.val_top1, seed, l.trial FROM l JOIN epoch e ON e.trial = l.trial ORDER BY line, l.trial, e.epoch;

-- block: panel
SELECT CASE WHEN part = l.series THEN part ELSE part || ': ' || l.series END AS series FROM l GROUP BY panel ORDER BY panel;

-- block: range
SELECT 'range' AS series, min(low) AS least, max(high) AS most, max(epoch) AS label FROM c;
