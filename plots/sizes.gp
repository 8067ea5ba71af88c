# title: Grow, or train longer?
# alt: Left, test loss on {data} against the size of the network, a curve for each total of training compute; right, the best size against that total.
# caption: Each line spends one total of training MACs (3 · MACs · images · epochs) on networks of several sizes of {baseline} on {data}: test loss against counted MACs of one image. Solid: a parabola in ln MACs for each total; dashed: one surface E + A·N^−p + B·D^−q over all. Diamonds: the parabolas' best sizes with 90 % intervals. Right: the best size against the total, by parabolas (solid) and by the surface (dashed), dotted beyond what was trained.{held_out_text} {dots}
# legend: mean
# points: value mean best* best*
# size: 1080 520
# narrow: 1.45*figure_width
set multiplot
two = n_law > 0
foot = bottom_room + legend_below + axis_room
middle = foot + 0.42*(figure_height - top_room - foot)
split = left_room + 0.6*(figure_width - left_room - legend_right)
if (two && is_narrow) { set bmargin at screen sy(middle + axis_room + 8) }
if (two && !is_narrow) { set rmargin at screen sx(split - 34) }
set logscale x
set format x '%.0s%c'
set xtics ()
do for [k=4:14] { do for [m in '1 2 5'] { set xtics add (gprintf('%.0s%c', m*10.0**k) m*10.0**k) } }
set xlabel 'counted MACs of one image'
set ylabel 'test loss (nats)'
scale = unit eq 'billions' ? 1e9 : 1e6
margin = 0.06*(y_range[1] - x_range[1]) + 1e-6
set xrange [x_low*scale:x_high*scale]
set yrange [x_range[1]-margin:y_range[1]+margin]
plot for [i=1:n_value] $value index (i-1) using 2:3 with points pt sh(i) ps 0.5*mark lc rgb faint(i) notitle, \
     for [i=1:n_parabola] $parabola index (i-1) using 2:3 with lines lw 2 lc rgb col(i) notitle, \
     for [i=1:n_surface] $surface index (i-1) using 2:3 with lines lw 1.3 dt 2 lc rgb col(i) notitle, \
     for [i=1:n_mean] $mean index (i-1) using 2:3:(bar(strcol(4))) with yerrorbars pt -1 lc rgb col(i) notitle, \
     for [i=1:n_mean] $mean index (i-1) using 2:3 with points pt sh(i) ps 1.1*mark lc rgb col(i) title short(names_mean[i]), \
     for [i=1:(rows_best > 0)] $best using 2:3:4:5 with xerrorbars pt 12 ps 1.8*mark lw 1.8 lc rgb '#222222' notitle
unset label
if (two) {
    set key off
    law_dash(i) = strstrt(names_law[i], 'beyond') ? 3 : strstrt(names_law[i], 'surface') ? 2 : 1
    set tmargin at screen is_narrow ? sy(middle - 10) : 1-sy(top_room); set bmargin at screen sy(foot)
    set lmargin at screen sx(is_narrow ? left_room : split + 34); set rmargin at screen 1-sx(legend_right)
    set logscale y
    set xtics auto
    set ytics ()
    do for [k=4:14] { do for [m in '1 2 5'] { set ytics add (gprintf('%.0s%c', m*10.0**k) m*10.0**k) } }
    set xrange [total_low/1.5:total_high*1.5]
    set yrange [best_low/1.2:best_high*1.2]
    set xlabel 'total training MACs'
    set ylabel 'best size (MACs)'
    plot for [i=1:n_law] $law index (i-1) using 2:3 with lines lw 2 dt law_dash(i) lc rgb '#444444', \
         for [i=1:(rows_best > 0)] $best using 6:2:4:5 with yerrorbars pt 12 ps 1.6*mark lw 1.5 lc rgb '#222222'
}
unset multiplot
