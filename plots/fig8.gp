# title: Strategies at matched cost
# alt: One line for each scaling strategy: test accuracy of {baseline} on {data} against counted multiply-adds.
# caption: {baseline} scaled up by each strategy to the same counted MACs (within {tolerance} %) on {data}, as figure 8 of the paper{start_text}. Test top-1. {dots}{aside_text}
# legend: legend
# points: seed mean -aside
# size: 860 560
# narrow: 0.66*figure_width
x_end = 0.86*x_high
tie = 10.0*x_end/(figure_width - left_room - legend_right)
at(x, shift) = x + shift*tie
col(i) = names_mean[i][1:8] eq 'baseline' ? '#000000' : colour[1+(i-1)%8]
set yrange [y_low:y_high]
if (has_chance) { set arrow 1 from graph 0, first chance to graph 1, first chance nohead dt 3 lw 1.5 lc rgb '#666666' }
set xrange [0:x_end]
set xlabel 'counted MACs ('.unit.')'
set ylabel 'test top-1 accuracy (%)'
plot for [i=1:n_start] $start index (i-1) using 2:3:(at($4,$6)-$2):($5-$3) with vectors nohead lw 2 dt dash(i) lc rgb col(i) notitle, \
     @LINES, \
     for [i=1:n_aside] $aside using (at($2,$4)):3 with points pt 6 ps 2.4*mark lw 1.5 lc rgb '#777777' title 'off ray, or tied'
