-- Figure 6: networks carried to other data. A group for each data set, way and series of the part that they are
-- from, in the order of panels. Blocks: mean (millions of parameters, top-1, half a 90 % interval from five seeds on, seeds)
-- and seed (parameters, top-1, seed); group (its panel, colour and way) and legend (colour, way) say how these are drawn;
-- panel (lowest and highest accuracy of its axis, and that of always saying the largest class, where it is near);
-- range (least and most parameters). A trial counts once in a series, however many of its points ask for it.
WITH own AS MATERIALIZED (
         SELECT m.series, m.network, m.trial, m.seed, m.test_top1, n.params / 1e6 AS params, c.data_name AS data, c.majority, min(m.place) AS place,
                substr(m.series, length(c.data_name) + 2) AS rest
         FROM measured m JOIN planned t ON t.id = m.trial JOIN carried c ON c.digest = t.digest JOIN network n ON n.digest = m.network
         WHERE m.figure = ?1 AND m.status = 'done' GROUP BY m.series, m.trial),
     named AS (SELECT *, substr(rest, 1, instr(rest, '/') - 1) AS way, substr(rest, instr(rest, '/') + 1) AS line FROM own),
     placed AS (SELECT *, min(place) OVER (PARTITION BY data) AS data_place, min(place) OVER (PARTITION BY line) AS line_place,
                       CASE way WHEN 'finetune' THEN 1 WHEN 'probe' THEN 2 WHEN 'scratch' THEN 3 ELSE 4 END AS dash FROM named),
     s AS MATERIALIZED (SELECT *, dense_rank() OVER (ORDER BY data_place) AS panel, dense_rank() OVER (ORDER BY line_place) AS colour,
                               line || ', ' || way AS name FROM placed)

-- block: mean
SELECT series, params, avg(test_top1) AS top1, CASE WHEN count(test_top1) >= 5 THEN half90(test_top1) END AS half,
       count(test_top1) AS n, group_concat(CASE WHEN test_top1 IS NOT NULL THEN trial END, ' ') AS trials
FROM (SELECT * FROM s ORDER BY series, network, seed, trial) s GROUP BY series, network ORDER BY panel, colour, dash, s.params;

-- block: seed
SELECT series, params, test_top1 AS top1, seed, trial FROM s ORDER BY panel, colour, dash, s.params, seed;

-- block: group
SELECT series, panel, colour, dash AS label FROM s GROUP BY series ORDER BY panel, colour, dash;

-- block: panel
SELECT data AS series, CASE WHEN min(test_top1) < 2 * majority THEN min(min(test_top1), majority) ELSE min(test_top1) END AS low,
       max(test_top1) AS high, CASE WHEN min(test_top1) < 2 * majority THEN printf('%.4g', majority) ELSE '' END AS label
FROM s GROUP BY panel ORDER BY panel;

-- block: range
SELECT 'range' AS series, min(params) AS least, max(params) AS most, '' AS label FROM s;

-- block: legend
SELECT name AS series, colour, dash AS way, dash AS label FROM s GROUP BY name ORDER BY colour, dash;
