-- Learning curves: validation top-1 after each epoch, the mean over the seeds of a network and the band from
-- the lowest to the highest. A panel for each series of each part, in the study's order, 24 at most, of 40 lines
-- at most, fewer where they would have more than 100,000 epochs of seeds together: evenly by MACs. Blocks:
-- line (shade: rank of its MACs in its panel from 0 to 1, panel, whether it is ripe (the program says it,
-- plots/figure_ripe.c), then where it ends, who it is and its seeds), curve (epoch, mean, low, high, seeds), a group
-- for each line; seed (epoch, validation top-1, seed); panel (names); range (least, most, epochs, lines drawn and
-- all, panels drawn and all). A trial counts once in a series. ?1 is not asked for.
-- Networks that were carried to other data are left out: what is drawn is one data set.
WITH t AS (SELECT part, series, network, epochs, min(place) AS place, macs, trial, genes, built_d, built_w, resolution
           FROM measured WHERE status = 'done' AND figure <> 'tune' AND part <> 'transfer' AND part NOT GLOB 'transfer-*' GROUP BY part, series, trial),
     g AS (SELECT part, series, network, epochs, macs, genes, built_d, built_w, resolution, json_group_array(trial) AS trials,
                  sum(epochs) AS n_epochs, min(min(place)) OVER (PARTITION BY part, series) AS beginning
           FROM t GROUP BY part, series, network, epochs),
     p AS (SELECT *, dense_rank() OVER (ORDER BY beginning, part, series) AS panel FROM g),
     o AS MATERIALIZED (SELECT *, row_number() OVER w AS rank, count(*) OVER (PARTITION BY panel) AS n_lines,
                               percent_rank() OVER (PARTITION BY panel ORDER BY macs) AS shade
                        FROM p WINDOW w AS (PARTITION BY panel ORDER BY macs, network, epochs)),
     room AS MATERIALIZED (SELECT max(2, min(40, 100000 / min(24, max(panel)) / max(n_epochs))) AS lines, max(panel) AS all_panels,
                                  count(*) AS all_lines FROM o),
     d AS MATERIALIZED (SELECT o.*, all_lines, all_panels, row_number() OVER (ORDER BY panel, rank) AS line
                        FROM o CROSS JOIN room WHERE panel <= 24 AND (n_lines <= lines OR rank = 1
                             OR (rank - 1) * (lines - 1) / (n_lines - 1) <> (rank - 2) * (lines - 1) / (n_lines - 1))),
     l AS MATERIALIZED (SELECT d.*, j.value AS trial FROM d CROSS JOIN json_each(d.trials) j),
     c AS MATERIALIZED (SELECT l.*, e.epoch, avg(e.val_top1) AS mean, min(e.val_top1) AS low, max(e.val_top1) AS high, count(e.val_top1) AS n
                        FROM l JOIN epoch e ON e.trial = l.trial GROUP BY line, e.epoch)

-- block: line
SELECT CAST(line AS TEXT) AS series, shade, panel, '' AS label, max(epoch) AS epoch, mean, part || ': ' || c.series AS panel_name,
       coalesce(genes, printf('d %.2f w %.2f %d px', built_d, built_w, resolution)) AS name, macs, n,
       replace(trim(trials, '[]'), ',', ' ') AS trials
FROM c GROUP BY line ORDER BY line;

-- block: curve
SELECT CAST(line AS TEXT) AS series, epoch, mean, low, high, n FROM c ORDER BY line, epoch;

-- block: seed
SELECT CAST(line AS TEXT) AS series, e.epoch, e.val_top1, q.seed, l.trial
FROM l JOIN planned q ON q.id = l.trial JOIN epoch e ON e.trial = l.trial ORDER BY line, l.trial, e.epoch;

-- block: panel
SELECT CASE WHEN part = l.series THEN part ELSE part || ': ' || l.series END AS series FROM d AS l GROUP BY panel ORDER BY panel;

-- block: range
SELECT 'range' AS series, min(low) AS least, max(high) AS most, max(epoch) AS label, count(DISTINCT line) AS lines, max(all_lines) AS all_lines,
       max(panel) AS panels, max(all_panels) AS all_panels FROM c;
