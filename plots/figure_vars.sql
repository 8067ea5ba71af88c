-- What every figure says about its study; one row. ?1 is the figure's name. Figure 8 starts at the
-- baseline, wherever in the study that was trained. Chance is the accuracy of always saying the class that
-- most test images have, in a store that does not know it of guessing classes alike; it is drawn where
-- the lowest mark is below twice of it, and the axis then reaches there. Its name is that
-- of the largest class where this is more than guessing scores; a thousandth more is rounding. A search
-- has seen the seeds that its log tells of (its networks may have more elsewhere). Learning curves, residuals
-- and power are of all parts, figures 1 and 5 of all families; the triangle is drawn of grids where nothing else asks for it.
WITH m AS MATERIALIZED (
           SELECT place, series, trial, status, macs, target_macs, ratio, match, x, test_top1 FROM measured
           WHERE figure = ?1 OR ?1 IN ('curves', 'residuals', 'power')
              OR (?1 IN ('fig1', 'fig5') AND (part = 'family' OR part GLOB 'family-*'))
              OR (?1 = 'ternary' AND match = 'counted' AND (part = 'grid' OR part GLOB 'grid-*')
                  AND NOT EXISTS (SELECT 1 FROM current_point WHERE figure = ?1))),
     baseline AS (SELECT test_top1 FROM measured
                  WHERE ?1 = 'fig8' AND max(abs(built_d - 1), abs(built_w - 1), abs(built_r - 1)) < 1e-9
                    AND macs IN (SELECT round(1.0 * target_macs / x) FROM m) AND part NOT IN (SELECT part FROM own_seed) AND figure NOT IN ('tune', 'fig6')
                    AND NOT EXISTS (SELECT 1 FROM m WHERE series = 'baseline')),
     marks AS (SELECT min(top1) AS low, max(top1) AS high
               FROM (SELECT test_top1 AS top1 FROM m UNION ALL SELECT test_top1 FROM baseline)),
     guess AS (SELECT 100.0 / classes AS alike,
                      coalesce((SELECT value_1 FROM fact WHERE name = 'data/majority'
                                ORDER BY number DESC LIMIT 1), 100.0 / classes) AS chance
               FROM study),
     line AS (SELECT chance, CASE WHEN chance > 1.001 * alike THEN 'largest class' ELSE 'chance' END AS name,
                     ?1 NOT IN ('ternary', 'grid', 'search', 'residuals', 'power', 'sizes', 'fig6') AND low < 2 * chance AS is_near
              FROM guess, marks),
     y AS (SELECT CASE WHEN is_near THEN min(low, chance) ELSE low END AS low,
                  CASE WHEN is_near THEN max(high, chance) ELSE high END AS high
           FROM marks, line),
     seeds AS (SELECT sum(status = 'done') AS n FROM m WHERE ?1 <> 'search' GROUP BY place
               UNION ALL SELECT n FROM decision WHERE ?1 = 'search' AND kind = 'tell' AND n > 0 AND part GLOB '*/*:*')
SELECT s.name AS study, s.n_val, s.classes, s.baseline, s.data_name AS data, s.is_demo, r.baseline_macs,
       r.fairness_tolerance * 100 AS tolerance,
       coalesce((SELECT min(n) FROM seeds WHERE n > 0), 0) AS n_low,
       coalesce((SELECT max(n) FROM seeds), 0) AS n_high,
       (SELECT count(DISTINCT trial) FROM m WHERE status = 'done') AS n_done,
       (SELECT count(DISTINCT trial) FROM m WHERE status = 'diverged') AS n_diverged,
       (SELECT count(DISTINCT trial) FROM m WHERE status NOT IN ('done', 'diverged')) AS n_waiting,
       (SELECT count(*) FROM current_point WHERE figure = ?1 AND status = 'unfair') AS n_unfair,
       (SELECT count(*) FROM current_point WHERE figure = ?1 AND status IN ('off-ray', 'tied')) AS n_aside,
       (SELECT count(*) FROM m WHERE match = 'nominal') > 0 AS is_nominal,
       coalesce((SELECT min(ratio) FROM m WHERE match = 'nominal'), 1) AS ratio_low,
       coalesce((SELECT max(ratio) FROM m WHERE match = 'nominal'), 1) AS ratio_high,
       coalesce((SELECT 1.25 * max(macs) / CASE WHEN max(macs) >= 1e9 THEN 1e9 ELSE 1e6 END FROM m), 1) AS x_high,
       coalesce((SELECT 0.8 * min(macs) / CASE WHEN max(macs) >= 1e9 THEN 1e9 ELSE 1e6 END FROM m), 0.1) AS x_low,
       coalesce((SELECT max(macs) >= 10 * min(macs) FROM m), 0) AS is_wide,
       CASE WHEN (SELECT max(macs) FROM m) >= 1e9 THEN 'billions' ELSE 'millions' END AS unit,
       coalesce((SELECT group_concat(x, ', ') FROM (SELECT printf('%.3g', x) AS x FROM m GROUP BY m.x ORDER BY m.x)),
                '') AS x_values,
       (SELECT chance FROM line) AS chance, (SELECT name FROM line) AS chance_name,
       coalesce((SELECT is_near FROM line), 0) AS has_chance,
       coalesce((SELECT low - 0.14 * (high - low) - 0.3 FROM y), 0) AS y_low,
       coalesce((SELECT high + 0.06 * (high - low) + 0.3 FROM y), 100) AS y_high
FROM revision r JOIN study s ON s.id = r.study ORDER BY r.id DESC LIMIT 1;
