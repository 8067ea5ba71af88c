# title: Accuracy against cost
# alt: Every network a dot: test accuracy on {data} against counted multiply-adds, with a stepped line through those that none beats at lower cost; they are listed beside it.
# caption: Networks on {data} by their counted MACs: test top-1. The stepped line is the front, the best mean that each cost buys here; its networks are numbered where there is room, the cheapest of them listed. Test accuracy is shown and picks nothing. {dots}
# legend: mean
# points: seed mean -front
# size: 1080 560
# narrow: 0.7*figure_width+40+17.0*(rows_front > 12 ? 13 : rows_front+1)
set multiplot
# Networks are small where they are many.
size = mark*(rows_mean > 150 ? 0.5 : rows_mean > 40 ? 0.75 : 1.1)
has_key = n_mean > 1
legend_over = has_key ? 20*n_mean + 10 : 0
box_l = left_room
box_r = is_narrow ? figure_width - 16 : 0.655*figure_width
box_t = figure_height - top_room
box_b = is_narrow ? box_t - 0.7*figure_width + 10 : bottom_room + axis_room
list_top = is_narrow ? box_b - axis_room - (has_key ? legend_below : 0) : figure_height - top_room - legend_over
list_left = is_narrow ? 14 : 0.69*figure_width
room = int((list_top - bottom_room)/17.0) - 3
set lmargin at screen sx(box_l); set rmargin at screen sx(box_r)
set bmargin at screen sy(box_b); set tmargin at screen sy(box_t)
# Networks of nearly one cost have the whole axis: x_low and x_high are 0.8 and 1.25 of the ends.
low = x_low/0.8; high = x_high/1.25
from = is_wide ? x_low : high < 2*low ? low - 0.1*(high-low) - 0.01*low : 0
to = is_wide || high >= 2*low ? x_high : high + 0.1*(high-low) + 0.01*high
place(x) = is_wide ? log(x/from)/log(1.0*to/from) : (x-from)/(to-from)
tie = 8.0/(box_r - box_l)
at(x, shift) = is_wide ? x*(1.0*to/from)**(shift*tie) : x + shift*tie*(to-from)
lab_n = rows_front < most_labels ? rows_front : most_labels
do for [r=1:lab_n] {
    lab_x[r] = box_l + (box_r - box_l)*place(x_front[r])
    lab_y[r] = box_b + (box_t - box_b)*(y_front[r] - y_low)/(y_high - y_low)
    lab_t[r] = text_front[r]; lab_g[r] = r
}
# place labels
set yrange [y_low:y_high]
if (has_chance) { set arrow 1 from graph 0, first chance to graph 1, first chance nohead dt 3 lw 1.5 lc rgb '#666666' }
set xrange [from:to]
if (is_wide) {
    set logscale x
    set xtics (0.01,0.02,0.05,0.1,0.2,0.5,1,2,5,10,20,50,100,200,500)
}
if (is_narrow && !is_wide) {
    rough = (to - from)/4.0
    power = 10.0**floor(log10(rough))
    set xtics power*(rough < 1.5*power ? 1 : rough < 3.5*power ? 2 : rough < 7.5*power ? 5 : 10)
}
set xlabel 'counted MACs ('.unit.')'.(is_wide ? ', logarithmic' : '')
set ylabel 'test top-1 accuracy (%)'
if (has_key) {
    if (is_narrow) { set key at screen sx(10), screen sy(box_b - axis_room) } else { set key at screen sx(list_left), screen sy(box_t) }
} else { set key off }
plot for [i=1:n_seed] $seed index (i-1) using (at($2,$5)):3 with points pt sh(i) ps 0.45*size lc rgb faint(i) notitle, \
     $front using 2:3 with steps lw 2 lc rgb '#444444' notitle, \
     for [i=1:n_mean] $mean index (i-1) using (at($2,$5)):3:(bar($4)) with yerrorbars pt -1 lc rgb col(i) notitle, \
     for [i=1:n_mean] $mean index (i-1) using (at($2,$5)):3 with points pt sh(i) ps size lc rgb col(i) title short(names_mean[i]), \
     $front using 2:3 with points pt 6 ps 1.8*mark lw 1.5 lc rgb '#222222' notitle
unset label
unset arrow; unset logscale; unset border; unset tics; unset grid; unset xlabel; unset ylabel
# Beside a key of very many series there is no room for the list.
if (room > 0) {
    set key off
    set lmargin at screen sx(list_left); set rmargin at screen 1-sx(16)
    set tmargin at screen sy(list_top); set bmargin at screen sy(list_top - 17.0*(room + 2.5))
    set xrange [0:1]; set yrange [room+1.5:-1]
    set label 4 'the front' at 0,-0.4 left font font_small
    set label 5 unit at 0.72,-0.4 right font font_small
    set label 6 'top-1 (%)' at 1,-0.4 right font font_small
    if (rows_front > room) { set label 7 sprintf('%d more in the table', rows_front - room) at 0,room+1 left font font_small }
    plot $front every ::0::room-1 using (0.05):($0+0.6):4 with labels right font font_small, \
         $front every ::0::room-1 using (0.07):($0+0.6):5 with labels noenhanced left font font_small, \
         $front every ::0::room-1 using (0.72):($0+0.6):6 with labels right font font_small, \
         $front every ::0::room-1 using (1):($0+0.6):7 with labels right font font_small
}
unset multiplot
