-- Trials with an epoch for results/tensorboard.c, each with its seed and a name from the first point that shows it.
SELECT t.id, t.seed, p.part || CASE WHEN p.series = p.part THEN '' ELSE '-' || p.series END
       || coalesce('-' || p.genes, printf('-d%.4g-w%.4g-r%.4g', p.nominal_d, p.nominal_w, p.nominal_r))
FROM planned t LEFT JOIN current_point p ON p.place = (SELECT min(m.place) FROM measured m WHERE m.trial = t.id)
WHERE EXISTS (SELECT 1 FROM epoch e WHERE e.trial = t.id) ORDER BY t.id
