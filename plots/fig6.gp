# title: Networks carried to other data
# alt: A panel for each data set: test accuracy of the networks of a study of {data} that were carried to it, against their parameters; a line for each way to scale and to train.
# caption: Networks of a study of {data}, trained on other data sets, as figure 6 of the paper: test top-1 against parameters. Fine-tuned networks begin with the weights of their trial on {data} of the same seed; scratch: with none, scratch-total: for as many training multiply-adds as both. Dotted, where it is near: always saying the largest class. {dots}
# legend: legend
# points in turn: seed mean
# size: 1080 (60 + 350*ceil(n_panel/3.0))
# narrow: n_panel*0.8*figure_width
array dots[4] = [1, 4, 3, 2]
array open[8] = [4, 8, 12, 6, 10, 14, 4, 6]
mark_of(colour, way) = way == 1 ? sh(colour) : open[1+(colour-1)%8]
columns = is_narrow ? 1 : n_panel < 3 ? n_panel : 3
rows = int(ceil(1.0*n_panel/columns))
foot = bottom_room + legend_below + axis_room
room_x = (figure_width - left_room - legend_right)/columns
room_y = (figure_height - top_room - foot)/rows
# Each line has its own entry of the legend, the first time that it is drawn.
array is_told[n_legend]
do for [k=1:n_legend] { is_told[k] = 0 }
set multiplot
# Decades where there are some; else a logarithm has no round numbers.
is_wide = y_range[1] > 4*x_range[1]
if (is_wide) {
    set logscale x
    set xrange [0.85*x_range[1]:1.18*y_range[1]]
    set xtics ()
    do for [k=-4:3] { set xtics add (sprintf('%g', 10.0**k) 10.0**k, sprintf('%g', 2*10.0**k) 2*10.0**k, sprintf('%g', 5*10.0**k) 5*10.0**k) }
} else { set xrange [0.9*x_range[1]:1.06*y_range[1]] }
do for [part=1:n_panel] {
    column = (part - 1)%columns
    row = (part - 1)/columns
    is_last = part + columns > n_panel # of its column
    set lmargin at screen sx(left_room + room_x*column + (column > 0 ? 22 : 0)); set rmargin at screen sx(left_room + room_x*(column + 1) - 14)
    set tmargin at screen sy(figure_height - top_room - room_y*row - 24); set bmargin at screen sy(foot + room_y*(rows - 1 - row) + (row == rows - 1 ? 0 : is_last ? 40 : 22))
    high = y_panel[part] + 0.06*(y_panel[part] - x_panel[part]) + 0.3
    set yrange [x_panel[part] - 0.08*(y_panel[part] - x_panel[part]) - 0.3:high]
    unset arrow
    if (strlen(text_panel[part]) > 0) { set arrow 1 from graph 0, first real(text_panel[part]) to graph 1, first real(text_panel[part]) nohead dt 3 lw 1.5 lc rgb '#666666' }
    set border 3 lc rgb '#444444' lw 1; set xtics nomirror out scale 0.6 textcolor rgb '#222222'; set ytics nomirror out scale 0.6 textcolor rgb '#222222'; set grid lc rgb '#dddddd' lw 0.7 lt 1
    set title names_panel[part] offset 0,-0.5
    set xlabel is_last ? 'parameters (millions)' : ''
    set ylabel column == 0 ? (is_narrow ? 'top-1 (%)' : 'test top-1 accuracy (%)') : ''
    set key off
    plot 2*high
    unset title; unset xlabel; unset ylabel; unset label; unset arrow; unset grid; unset border; unset tics
    do for [i=1:n_group] {
        if (int(x_group[i]) == part) {
            colour_of = int(y_group[i]); way_of = int(text_group[i])
            entry = 0
            do for [k=1:n_legend] { if (int(x_legend[k]) == colour_of && int(text_legend[k]) == way_of) { entry = k } }
            if (is_told[entry] == 0) {
                is_told[entry] = 1
                place = entry - 1
                set key on left top
                if (is_narrow) { set key at screen sx(10 + legend_entry*(place%legend_columns)), screen sy(bottom_room + legend_below - 18*(place/legend_columns)) \
                } else { set key at screen 1-sx(legend_right-14), screen 1-sy(top_room + 18*place) }
            } else { set key off }
            plot $seed index (i-1) using 2:3 with points pt mark_of(colour_of, way_of) ps 0.5*mark lc rgb faint(colour_of) notitle, \
                 $mean index (i-1) using 2:3:(strcol(4) eq 'NaN' ? 0 : $4) with yerrorbars pt -1 lc rgb col(colour_of) notitle, \
                 $mean index (i-1) using 2:3 with linespoints lw 2 dt dots[way_of] pt mark_of(colour_of, way_of) ps 1.1*mark lc rgb col(colour_of) title short(names_legend[entry])
        }
    }
}
unset multiplot
