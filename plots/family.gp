# title: Families by compound scaling
# alt: One line for each family, a mark for each member: test accuracy on {data} against counted multiply-adds, logarithmic.
# caption: Members α^φ, β^φ, γ^φ of each baseline on {data}, by its own rounding. Nothing is matched: test top-1 against counted MACs. Marks have their φ where there is room. {dots}{unfair_text}
# legend: mean
# points: seed mean
# size: 860 560
# narrow: 0.66*figure_width
tie = 10.0*log(x_high/x_low)/(figure_width - left_room - legend_right)
at(x, shift) = x*exp(shift*tie)
box_l = left_room; box_r = figure_width - legend_right
box_b = bottom_room + legend_below + axis_room; box_t = figure_height - top_room
lab_n = rows_mean < most_labels ? rows_mean : most_labels
do for [r=1:lab_n] {
    lab_x[r] = box_l + (box_r - box_l)*log(x_mean[r]/x_low)/log(x_high/x_low)
    lab_y[r] = box_b + (box_t - box_b)*(y_mean[r] - y_low)/(y_high - y_low)
    lab_t[r] = text_mean[r]; lab_g[r] = group_mean[r]
}
# place labels
set yrange [y_low:y_high]
if (has_chance) { set arrow 1 from graph 0, first chance to graph 1, first chance nohead dt 3 lw 1.5 lc rgb '#666666' }
set logscale x
set xrange [x_low:x_high]
set xtics ()
do for [k=-3:6] { set xtics add (sprintf('%g', 10.0**k) 10.0**k, sprintf('%g', 2*10.0**k) 2*10.0**k, sprintf('%g', 5*10.0**k) 5*10.0**k) }
set xlabel 'counted MACs ('.unit.')'
set ylabel 'test top-1 accuracy (%)'
plot @LINES
