-- The triangle of shapes: every trial behind it. What is drawn is computed from the same store by
-- plots/ternary.c, since a surface has to be fitted: shape (a network: shares as built, multipliers, mean,
-- and where it stands in the picture), then what the picture is made of, in its points.

-- block: seed
SELECT part AS series, x AS budget, built_d, built_w, built_r, resolution, macs, seed, status, test_top1, test_loss
FROM measured WHERE figure = ?1 OR (match = 'counted' AND (part = 'grid' OR part GLOB 'grid-*')
                     AND NOT EXISTS (SELECT 1 FROM current_point WHERE figure = ?1))
GROUP BY part, x, trial ORDER BY part, x, min(place), seed;
