-- v: the values that the block model is made of (results/blocks.h): test top-1 of the networks that have two
-- seeds or more and are trained on the study's own data, for the number of epochs that most such trials have, a row a trial; network is a
-- number, in the order of MACs.
WITH t AS (SELECT network, epochs, macs, trial, min(place) AS place, seed, test_top1, genes, built_d, built_w, resolution,
                  count(*) OVER (PARTITION BY network, epochs) AS n
           FROM measured WHERE status = 'done' AND figure <> 'tune' AND part <> 'transfer' AND part NOT GLOB 'transfer-*' GROUP BY trial),
     v AS (SELECT dense_rank() OVER (ORDER BY macs, network) AS network, macs, test_top1 AS top1, seed, trial,
                  coalesce(genes, printf('d %.2f w %.2f %d px', built_d, built_w, resolution)) AS name
           FROM t WHERE n > 1 AND epochs = (SELECT epochs FROM t WHERE n > 1 GROUP BY epochs ORDER BY count(*) DESC, epochs DESC LIMIT 1))
