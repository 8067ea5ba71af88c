# title: Scaling one dimension at a time
# alt: Three panels, width, depth and resolution: test accuracy of {baseline} on {data} against counted multiply-adds.
# caption: Each dimension scaled alone from {baseline} on {data}, as figure 3 of the paper: test top-1 against counted MACs. Marks have their multiplier where there is room. {dots}
# points in turn: seed mean
# size: 1080 450
# narrow: 1.75*figure_width
set multiplot
set yrange [y_low:y_high]
if (has_chance) { set arrow 1 from graph 0, first chance to graph 1, first chance nohead dt 3 lw 1.5 lc rgb '#666666' }
x_end = 0.92*x_high
set xrange [0:x_end]
set key off
set title offset 0,-0.5
# Beside each other, or, in a narrow figure, one above the other.
foot = bottom_room + axis_room
room = is_narrow ? (figure_height - top_room - foot)/3.0 : (figure_width - left_room - 16)/3.0
do for [part=1:3] {
    name = word('width depth resolution', part)
    box_l = is_narrow ? left_room : left_room + room*(part-1) + 6*(part-1)
    box_r = is_narrow ? figure_width - 16 : box_l + room - 26
    box_t = (is_narrow ? figure_height - top_room - room*(part-1) : figure_height - top_room) - 24
    box_b = is_narrow ? box_t - room + 46 : foot
    set lmargin at screen sx(box_l); set rmargin at screen sx(box_r)
    set tmargin at screen sy(box_t); set bmargin at screen sy(box_b)
    i = 0
    do for [k=1:n_mean] { if (names_mean[k] eq name) { i = k } }
    lab_n = 0
    do for [r=1:rows_mean] {
        if (group_mean[r] == i && lab_n < most_labels) {
            lab_n = lab_n + 1
            lab_x[lab_n] = box_l + (box_r - box_l)*x_mean[r]/x_end
            lab_y[lab_n] = box_b + (box_t - box_b)*(y_mean[r] - y_low)/(y_high - y_low)
            lab_t[lab_n] = text_mean[r]; lab_g[lab_n] = i
        }
    }
    # place labels
    set title name
    if (!is_narrow || part == 3) { set xlabel 'counted MACs ('.unit.')' }
    if (is_narrow || part == 1) { set ylabel is_narrow ? 'top-1 (%)' : 'test top-1 accuracy (%)' } else { unset ylabel }
    if (i > 0) {
        plot $seed index (i-1) using 2:3 with points pt sh(part) ps 0.5*mark lc rgb faint(part), \
             $mean index (i-1) using 2:3:(bar($4)) with yerrorbars pt -1 lc rgb col(part), \
             $mean index (i-1) using 2:3 with linespoints lw 2 pt sh(part) ps 1.1*mark lc rgb col(part)
    } else { plot 2*y_high }
    unset label
}
unset multiplot
