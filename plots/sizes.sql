-- Sizes: parts that spend fixed totals of training MACs on networks of several sizes. Blocks: value, a group
-- for each total (the network's MACs, test loss, seed, images seen in training, the total, epochs, name); mean
-- (MACs, loss, half a 90 % interval from five seeds on, seeds); range (least and most loss). The program adds parabola, surface, best and
-- law (plots/figure_sizes.c). A trial counts once in a series; points
-- that were decided anew have no total. ?1 is the figure's name.
WITH own AS (SELECT *, min(place), CAST(series AS REAL) AS total FROM measured
             WHERE figure = ?1 AND status = 'done' AND series NOT GLOB 'earlier *' AND test_loss IS NOT NULL
             GROUP BY series, trial)

-- block: value
SELECT series, macs, test_loss AS loss, seed, 1.0 * epochs * (SELECT n_train FROM study) AS images, total, epochs,
       printf('d %.2f w %.2f %d px', built_d, built_w, resolution) AS name, trial
FROM own ORDER BY total, series, macs, seed;

-- block: range
SELECT 'range' AS series, min(loss) AS least, max(loss) AS most, '' AS label FROM (SELECT test_loss AS loss FROM own);

-- block: mean
SELECT series, macs, avg(test_loss) AS loss, CASE WHEN count(test_loss) >= 5 THEN half90(test_loss) END AS half, count(*) AS n, group_concat(trial, ' ') AS trials
FROM (SELECT * FROM own ORDER BY series, network, seed, trial) own GROUP BY series, network ORDER BY total, own.series, own.macs;
