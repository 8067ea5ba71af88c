-- What the block model leaves. Block value: network, MACs, test top-1, seed, name; the program adds
-- residual, a group for each seed (plots/figure_noise.c).
-- with: noise_values.sql

-- block: value
SELECT network, macs, top1, seed, name, trial FROM v ORDER BY network, seed;
