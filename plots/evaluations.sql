-- What searchers tried, out of the newest log of decisions of each of their runs (results/store.h). No query
-- of its own: the beginning of those that name it by `-- with: evaluations.sql` (embedded_sql.h).
-- searcher: a row a run: part, series, name (of the strategy), run. evaluation: a row a network heard of:
-- part, series, name, number (of the decision), cost (counted training MACs: the virtual time between ask
-- and answer), outcome, value, digest, epochs, is_full (trained on the part's longest schedule). tally: a
-- row a run: what it evaluated, what that cost (refused and failed ones cost nothing) and the best.
WITH searcher AS (
         SELECT DISTINCT part, series, substr(series, 1, instr(series || ' #', ' #') - 1) AS name,
                         CAST(substr(series, instr(series || ' #', ' #') + 2) AS INTEGER) AS run
         FROM current_point WHERE genes IS NOT NULL),
     begun AS MATERIALIZED (SELECT part AS log, created_utc FROM decision WHERE number = 1),
     logged AS MATERIALIZED (
         SELECT s.part, series, name, log,
                row_number() OVER (PARTITION BY s.part, series ORDER BY created_utc DESC, log DESC) AS age
         FROM searcher s JOIN begun ON substr(log, 1, length(s.part || series) + 2) = s.part || '/' || series || ':'),
     answer AS (
         SELECT l.part, l.series, l.name, max(CASE kind WHEN 'tell' THEN number END) AS number,
                max(CASE kind WHEN 'tell' THEN virtual_time END) - max(CASE kind WHEN 'ask' THEN virtual_time END) AS cost,
                max(outcome) AS outcome, max(value) AS value, max(digest) AS digest
         FROM logged l JOIN decision d ON d.part = l.log AND kind <> 'end' WHERE age = 1 GROUP BY l.log, ticket),
     heard AS (
         SELECT *, (SELECT epochs FROM planned q WHERE q.digest = answer.digest LIMIT 1) AS epochs
         FROM answer WHERE number IS NOT NULL),
     evaluation AS MATERIALIZED (
         SELECT *, epochs = max(epochs) OVER (PARTITION BY part) AS is_full,
                CASE WHEN outcome IN ('done', 'diverged') THEN cost ELSE 0 END AS paid
         FROM heard),
     tally AS MATERIALIZED (
         SELECT part, series, name,
                sum(outcome IN ('done', 'diverged') AND is_full) AS n_full, sum(outcome IN ('done', 'diverged') AND NOT is_full) AS n_short,
                sum(outcome = 'refused') AS n_refused, sum(outcome = 'failed') AS n_failed, sum(outcome = 'diverged') AS n_diverged,
                sum(paid) AS spent, max(CASE WHEN is_full THEN value END) AS best
         FROM evaluation GROUP BY part, series)
