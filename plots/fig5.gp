# title: Families against their cost
# alt: One line for each family, a mark for each member: test accuracy on {data} against counted multiply-adds, logarithmic; the paper's networks as open marks.
# caption: Test top-1 on {data} against counted MACs, as figure 5 of the paper: members α^φ, β^φ, γ^φ of each baseline, by its own rounding. {dots} Open marks: what the paper's table 2 (arXiv 1905.11946v5) prints, on ImageNet; where that is not the data here, their heights do not compare with these, their slopes may.
# legend: legend
# points: seed mean -paper
# size: 860 560
# narrow: 0.66*figure_width
tie = 10.0*log(span_high/span_low)/(figure_width - left_room - legend_right)
at(x, shift) = x*exp(shift*tie)
y_low = y_low < paper_low ? y_low : paper_low
y_high = y_high > paper_high ? y_high : paper_high
box_l = left_room; box_r = figure_width - legend_right
box_b = bottom_room + legend_below + axis_room; box_t = figure_height - top_room
lab_n = 0
do for [r=1:rows_mean] {
    if (lab_n < most_labels - rows_paper) {
        lab_n = lab_n + 1
        lab_x[lab_n] = box_l + (box_r - box_l)*log(x_mean[r]/span_low)/log(span_high/span_low)
        lab_y[lab_n] = box_b + (box_t - box_b)*(y_mean[r] - y_low)/(y_high - y_low)
        lab_t[lab_n] = text_mean[r]; lab_g[lab_n] = group_mean[r]
    }
}
do for [r=1:rows_paper] {
    lab_n = lab_n + 1
    lab_x[lab_n] = box_l + (box_r - box_l)*log(x_paper[r]/span_low)/log(span_high/span_low)
    lab_y[lab_n] = box_b + (box_t - box_b)*(y_paper[r] - y_low)/(y_high - y_low)
    lab_t[lab_n] = text_paper[r]; lab_g[lab_n] = n_mean + group_paper[r]
}
# place labels
set yrange [y_low:y_high]
if (has_chance) { set arrow 1 from graph 0, first chance to graph 1, first chance nohead dt 3 lw 1.5 lc rgb '#666666' }
set logscale x
set xrange [span_low:span_high]
set xtics ()
do for [k=-4:6] { set xtics add (sprintf('%g', 10.0**k) 10.0**k) }
set xlabel 'counted MACs ('.unit.')'
set ylabel 'test top-1 accuracy (%)'
open(i) = 4 + 2*((i-1)%6)
grey(i) = i == 1 ? '#333333' : '#8a8a8a'
plot @LINES, \
     for [i=1:n_paper-1] $paper index (i-1) using 2:3 with linespoints pt open(i) ps 0.9*mark lw (i == 1 ? 1.5 : 1) dt 2 lc rgb grey(i) title names_paper[i], \
     $paper index (n_paper-1) using 2:3 with points pt open(n_paper) ps 0.9*mark lw 1 lc rgb grey(n_paper) title names_paper[n_paper]
