-- What a report of a search should say (Lindauer and Hutter, 2019, "Best practices for scientific research
-- on neural architecture search"), as far as the store knows it: a row an item.
-- with: evaluations.sql
,
     r AS (SELECT * FROM revision ORDER BY id DESC LIMIT 1),
     own AS (SELECT substr(yaml, instr(yaml, '- search:')) AS yaml FROM r),
     space AS (SELECT substr(rest, 1, instr(rest || char(10), char(10)) - 1) AS name
               FROM (SELECT substr(yaml, instr(yaml, ' space: ') + 8) AS rest FROM own WHERE instr(yaml, ' space: ') > 0)),
     builds AS (SELECT group_concat(build, ', ') AS builds
                FROM (SELECT DISTINCT version || ' ' || substr(git_commit, 1, 12) || CASE WHEN is_dirty THEN ' (changed)' ELSE '' END AS build
                      FROM environment WHERE version <> '' ORDER BY build)),
     hosts AS (SELECT group_concat(cpu, '; ') AS cpus FROM (SELECT DISTINCT cpu FROM environment WHERE cpu <> '' ORDER BY cpu)),
     seen AS (SELECT DISTINCT m.part, m.series, seed FROM measured m JOIN tally s ON s.part = m.part AND s.series = m.series
              WHERE m.genes IS NOT NULL ORDER BY m.part, m.series, seed),
     used AS (SELECT part, CAST(substr(series, instr(series || ' #', ' #') + 2) AS INTEGER) AS run, group_concat(seed, ' ') AS seeds
              FROM seen GROUP BY part, series),
     runs AS (SELECT part, run, count(DISTINCT seeds) AS n_kinds FROM used GROUP BY part, run),
     spent AS (SELECT part, max(CASE WHEN name <> 'random' THEN spent END) AS most, min(CASE WHEN name = 'random' THEN spent END) AS random
               FROM tally GROUP BY part),
     work AS (SELECT count(*) AS n, sum(status = 'done') AS n_done, sum(status = 'diverged') AS n_diverged, sum(status = 'failed') AS n_failed
              FROM trial WHERE is_listed),
     fresh AS (SELECT count(DISTINCT network) AS n, min(seed) AS low, max(seed) AS high, count(DISTINCT seed) AS n_seeds
               FROM measured WHERE part = 'retrain' OR part GLOB 'retrain-*')
SELECT 'code and recipe' AS item, 'isoflop ' || coalesce(builds, 'of an unknown build') || '; ' || recipe AS "in this study" FROM builds, r
UNION ALL
SELECT 'space and its size', coalesce((SELECT name || '; isoflop space ' || name || ' counts it' FROM space), 'not known')
UNION ALL
SELECT 'the same recipe, data and seeds for all',
       CASE WHEN (SELECT max(n_kinds) FROM runs) = 1
            THEN 'yes: one recipe, one split, in each run the same seeds; schedules of ' ||
                 (SELECT group_concat(epochs, ' and ') FROM (SELECT DISTINCT epochs FROM evaluation WHERE epochs IS NOT NULL ORDER BY epochs)) || ' epochs'
            ELSE 'one recipe and one split; seeds differ between searchers' END
UNION ALL
SELECT 'nothing was chosen on the test set',
       'yes: searches and choices read validation accuracy alone' ||
       CASE WHEN n > 0 THEN printf('; %d networks trained anew on %d seeds that no search saw', n, n_seeds)
            ELSE '; what was found was not trained anew on other seeds' END FROM fresh
UNION ALL
SELECT 'all seeds are shown', printf('%d trials are listed: %d done, %d diverged, %d failed; each is in the store and in a figure', n, n_done, n_diverged, n_failed)
FROM work
UNION ALL
SELECT 'random search at equal budget',
       (SELECT group_concat(CASE WHEN random IS NULL THEN part || ': none' WHEN most IS NULL THEN part || ': it is the search'
                                 ELSE printf('%s: %s, it spent %.0f %% of what the others did at most', part,
                                             CASE WHEN random >= 0.9 * most THEN 'yes' ELSE 'less' END, 100.0 * random / most) END, '; ') FROM spent)
UNION ALL
SELECT 'ablations', 'not in this study, unless its rivals are such'
UNION ALL
SELECT 'total cost', (SELECT CASE WHEN total >= 1e15 THEN printf('%.3g P', total / 1e15) WHEN total >= 1e12 THEN printf('%.3g T', total / 1e12)
            WHEN total >= 1e9 THEN printf('%.3g G', total / 1e9) ELSE printf('%.3g M', total / 1e6) END FROM (SELECT sum(spent) AS total FROM tally)) ||
       ' training MACs by all searchers; ' || (SELECT printf('%.2f', coalesce(sum(seconds), 0) / 3600) FROM attempt_end) ||
       ' hours of trials in all; tuning of the searchers before this study is not known'
UNION ALL
SELECT 'hardware', coalesce(cpus, 'not known') || '; results do not depend on it' FROM hosts
UNION ALL
SELECT 'anytime curve', CASE WHEN (SELECT count(*) FROM current_point WHERE figure = 'search') > 0 THEN 'figure search' ELSE 'not drawn' END;
