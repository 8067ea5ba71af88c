-- What the study's noise lets more seeds tell. Block value: network, MACs, test top-1, seed, name; the program
-- adds detectable, a group for each kind of comparison (plots/figure_noise.c).
-- with: noise_values.sql

-- block: value
SELECT network, macs, top1, seed, name, trial FROM v ORDER BY network, seed;
