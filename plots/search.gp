# title: What each search found for what it spent
# alt: A line for each way of searching: the best validation accuracy so far on {data} against counted training multiply-adds spent; every evaluation is a dot.
# caption: The best validation top-1 so far on {data} against counted training MACs, evaluations included; of several runs the mean, and a band from the worst of them to the best. Dots are networks trained in full, {seeds} each; below, where there are any, those trained on a short schedule. Dashed: what the largest network tried has, by parameters and by MACs: a choice that costs one training.
# legend: legend
# points: full -searcher short
# size: 1080 600
# narrow: (n_short > 0 ? 1.2 : 0.7)*figure_width
set multiplot
# A searcher's colour is the same in all blocks, though not all have it.
array of_line[n_line+1]; array of_full[n_full+1]; array of_short[n_short+1]
do for [s=1:n_searcher] {
    do for [i=1:n_line] { if (names_line[i] eq names_searcher[s]) { of_line[i] = s } }
    do for [i=1:n_full] { if (names_full[i] eq names_searcher[s]) { of_full[i] = s } }
    do for [i=1:n_short] { if (names_short[i] eq names_searcher[s]) { of_short[i] = s } }
}
has_short = n_short > 0
size = mark*(rows_full > 300 ? 0.5 : 0.8)
xtitle = 'counted training MACs ('.names_unit[1].')'
foot = bottom_room + legend_below + axis_room
middle = foot + 0.34*(figure_height - top_room - foot)
set bmargin at screen sy(has_short ? middle + 14 : foot)
set xrange [0:(n_most > 0 ? names_most[1]+0 : 1)]
set offsets 0, 0, graph 0.05, graph 0.05
set ylabel 'validation top-1 (%)'
if (has_short) { set format x '' } else { set xlabel xtitle }
if (n_full > 0) {
    plot for [i=1:n_line] $line index (i-1) using 2:4:5 with filledcurves fc rgb band[1+(of_line[i]-1)%8] notitle, \
         for [i=1:n_full] $full index (i-1) using 2:3 with points pt sh(of_full[i]) ps size lc rgb faint(of_full[i]) notitle, \
         for [i=1:n_free] $free index (i-1) using 2:3 with lines lw 1.5 dt i+1 lc rgb '#555555' notitle, \
         for [i=1:n_line] $line index (i-1) using 2:3 with lines lw 2.5 dt dash(of_line[i]) lc rgb col(of_line[i]) notitle, \
         for [s=1:n_searcher] keyentry with linespoints lw 2.5 dt dash(s) pt sh(s) ps size lc rgb col(s) title short(names_searcher[s]), \
         for [i=1:n_free] keyentry with lines lw 1.5 dt i+1 lc rgb '#555555' title names_free[i]
} else { set yrange [0:100]; plot 200 notitle }
unset label
if (has_short) {
    set tmargin at screen sy(middle); set bmargin at screen sy(foot)
    set format x '%g'
    set xlabel xtitle
    set ylabel 'short schedule (%)' font font_small
    set ytics font font_small
    set yrange [*:*]
    set key off
    plot for [i=1:n_short] $short index (i-1) using 2:3 with points pt sh(of_short[i]) ps size lc rgb col(of_short[i])
}
unset multiplot
