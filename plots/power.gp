# title: What more seeds would tell
# alt: The least effect that would be detected, in points of test accuracy, against the number of seeds; a line for each kind of comparison.
# caption: The least effect on {data} that is told from none with 80 % probability, by 90 % two-sided intervals, if these {n_networks} networks are trained with so many seeds: of the noise that they show now ({seeds}), {noise_sd} points with {noise_df} degrees of freedom (the block model). The vertical line: the seeds there are. The noise is an estimate itself.
# legend: detectable
# needs: detectable
# without: fewer than two networks on two seeds are done
# points: detectable
# size: 860 520
# narrow: 0.66*figure_width
set yrange [0:1.08*effect_most]
set xrange [1.5:seeds_most+0.5]
set xlabel 'seeds of each network'
set ylabel 'detectable effect (points)'
set arrow 2 from first n_seeds, graph 0 to first n_seeds, graph 1 nohead dt 2 lw 1.2 lc rgb '#666666'
plot for [i=1:n_detectable] $detectable index (i-1) using 2:3 with linespoints lw 2 pt sh(i) ps 0.9*mark lc rgb col(i) title short(names_detectable[i])
