# title: The grid at equal cost
# alt: Left, every network of the grid by built depth and width, coloured by its score; right, the networks in order of score with the validation accuracy of every seed.
# caption: Networks of the grid, {baseline} on {data}. Left: what was built, coloured by the objective (resolution follows from the cost); the ring marks the best. Right: the first networks by objective with their validation top-1. {dots}{unfair_text}{thinned_text}
# points in turn: map -map -best seed mean
# size: 1080 620*n_mean
# narrow: n_mean*(440+17.0*rows_mean/n_mean)
set multiplot
set palette defined (0 '#00224E', 0.25 '#3C4D6E', 0.5 '#7D7C78', 0.75 '#BCAF6F', 1 '#FEE838')
set key off
set cblabel 'objective (%)' offset 0.6,0
room = (figure_height - top_room - bottom_room)/n_mean
do for [part=1:n_mean] {
    top = figure_height - top_room - room*(part-1) - 34
    end = top - room + 34 + axis_room + (is_narrow ? 30 : 0)
    map_foot = is_narrow ? top - 250 : end
    map_right = is_narrow ? figure_width - 100 : 0.385*figure_width
    set tmargin at screen sy(top); set bmargin at screen sy(map_foot)
    set lmargin at screen sx(left_room+12); set rmargin at screen sx(map_right)
    set title names_mean[part] noenhanced
    set xlabel 'depth as built (x baseline)' offset 0,0; set ylabel 'width as built (x baseline)'
    set xrange [*:*] noreverse; set yrange [*:*] noreverse
    set xtics auto norotate; set ytics auto
    set offsets graph 0.08, graph 0.08, graph 0.08, graph 0.08
    set colorbox user origin screen sx(map_right+14), screen sy(map_foot) size screen sx(14), screen sy(top-map_foot)
    plot $map index (part-1) using 2:3:5 with points pt 7 ps 1.7*mark lc palette, \
         $map index (part-1) using 2:3 with points pt 6 ps 1.7*mark lw 0.6 lc rgb '#333333', \
         $best index (part-1) using 2:3 with points pt 6 ps 3.0*mark lw 2.5 lc rgb colour[4]
    unset label
    unset colorbox
    set tmargin at screen sy(is_narrow ? map_foot - 100 : top); set bmargin at screen sy(end)
    set lmargin at screen sx(is_narrow ? 206 : 0.64*figure_width); set rmargin at screen 1-sx(20)
    set xlabel is_narrow ? 'validation top-1 (%)' : 'validation top-1 accuracy (%)'; unset ylabel
    set title is_narrow ? 'first by objective' : 'first networks by objective'
    set offsets graph 0.03, graph 0.03, 0.6, 0.6
    set yrange [*:*] reverse
    set ytics font font_small; set xtics font font_small
    if (is_narrow) { set xtics rotate by 90 right; set xlabel offset 0,-0.6 }
    plot $seed index (part-1) using 3:2 with points pt 7 ps 0.5*mark lc rgb pale[1], \
         $mean index (part-1) using 3:2:(bar($4)) with xerrorbars pt -1 lc rgb colour[1], \
         $mean index (part-1) using 3:2:yticlabels(5) with points pt 7 ps 1.1*mark lc rgb colour[1]
}
unset multiplot
