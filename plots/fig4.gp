# title: Width on top of depth and resolution
# alt: One line for each depth and resolution, each dot a width: test accuracy of {baseline} on {data} against counted multiply-adds.
# caption: Width scaled at several depths d and resolutions r from {baseline} on {data}, as figure 4 of the paper; the dots of a line are the width multipliers {x_values}. Test top-1 against counted MACs. {dots}
# legend: mean
# points: seed mean
# size: 860 560
# narrow: 0.66*figure_width
x_end = 0.86*x_high
tie = 10.0*x_end/(figure_width - left_room - legend_right)
at(x, shift) = x + shift*tie
set yrange [y_low:y_high]
if (has_chance) { set arrow 1 from graph 0, first chance to graph 1, first chance nohead dt 3 lw 1.5 lc rgb '#666666' }
set xrange [0:x_end]
set xlabel 'counted MACs ('.unit.')'
set ylabel 'test top-1 accuracy (%)'
plot @LINES
