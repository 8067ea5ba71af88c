# title: Learning curves
# alt: A panel for each series of the study: validation accuracy on {data} after each epoch, a line for each network.
# caption: Validation top-1 on {data} after each epoch, {seeds} a network: means over seeds, dark for few counted MACs and light for many; bands from the lowest seed to the highest where a panel has six networks at most. A filled mark ends a curve that is ripe, an open one a curve that is not: its last quarter brought more than a quarter of what was learned, it guesses, or it is short (docs/verdicts.md).{thinned_text}
# needs: curve
# without: no trial has an epoch
# points: line
# size: 1080 60+190*((n_panel+3)/4)+bottom_room
# narrow: 150*((n_panel+1)/2)
set multiplot
set palette defined (0 '#00224E', 0.25 '#3C4D6E', 0.5 '#7D7C78', 0.75 '#BCAF6F', 1 '#E2C925')
set cbrange [0:1]
unset colorbox
set key off
columns = is_narrow ? 2 : 4
rows = (n_panel + columns - 1)/columns
across = (figure_width - left_room - 8.0)/columns
down = (figure_height - top_room - bottom_room - axis_room)/(1.0*rows)
margin = 0.04*(y_range[1] - x_range[1]) + 0.2
set xrange [1:(at_least(text_range[1]+0, 2))]
set yrange [x_range[1]-margin:y_range[1]+margin]
if (has_chance) { set arrow 1 from graph 0, first chance to graph 1, first chance nohead dt 3 lw 1.5 lc rgb '#666666' }
set ytics font font_small
if (text_range[1] + 0 < 10) { set xtics 1 font font_small } else { set xtics font font_small }
brief(s) = is_narrow && strlen(s) > 20 ? s[1:10].'…'.s[strlen(s)-8:strlen(s)] : short(s)
do for [k=1:n_panel] {
    column = (k-1)%columns; row = (k-1)/columns
    box_t = figure_height - top_room - down*row - 24
    set lmargin at screen sx(left_room+across*column); set rmargin at screen sx(left_room+across*(column+1)-14)
    set tmargin at screen sy(box_t); set bmargin at screen sy(box_t-down+54)
    set title brief(names_panel[k]) noenhanced offset 0,-0.9 font font_small
    if (column == 0) { set ylabel is_narrow ? 'top-1 (%)' : 'validation top-1 (%)' font font_small; set format y '%g' } else { unset ylabel; set format y '' }
    if (k + columns > n_panel) { set xlabel 'epoch' font font_small offset 0,0.4 } else { unset xlabel }
    first = 0; last = -1
    do for [i=1:rows_line] { if (y_line[i] == k) { last = i; if (first == 0) { first = i } } }
    plot for [i=first:(last-first < 6 ? last : first-1)] $curve index (i-1) using 2:4:5 with filledcurves fc rgb '#D0888888', \
         for [i=first:last] $curve index (i-1) using 2:3 with lines lw 1.6 lc palette frac x_line[i], \
         for [i=first:last] $line index (i-1) using 5:6 with points pt (text_line[i] eq 'unripe' ? 6 : text_line[i] eq 'ripe' ? 7 : -1) ps 0.9*mark lc palette frac x_line[i]
    unset label
}
unset multiplot
