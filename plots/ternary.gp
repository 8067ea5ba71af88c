# title: Which shape is best
# alt: A triangle for each budget whose corners are depth, width and resolution alone; networks as dots shaded by test accuracy on {data}, contours of the fitted surface, the best point with its region, and named scaling rules as open marks.
# caption: {baseline} on {data}, scaled to one counted cost (within {tolerance} %) in every shape: a point's place says which shares of the added cost depth, width and resolution have. Dots: networks as built, with mean test top-1, {seeds}. Bands and contours: Scheffé's polynomial fitted to the logits, seeds as blocks. Star and dashed line: the optimum and where it may be (90 %). Open marks: scaling rules by name, with how far below the optimum the fit has them, in points, and 90 % intervals. Intervals speak of this test set.
# needs: head
# without: no part of it has seven shapes of one cost with a result
# points: -shape* -shape* shape* -rule rule
# size: real(word(names_extent[1],1)) top_room+bottom_room+real(word(names_extent[1],2))
# narrow: real(word(names_extent[1],2))-axis_room
array light[9] = [0xFBF6E3, 0xEFF1D8, 0xDCEAD2, 0xC3E0CF, 0xA6D3CD, 0x88C3CB, 0x70B5C9, 0x5AA4C3, 0x4A92BC]
# Everything has its place already, in a picture so wide; on a page all text has one size.
font(size) = is_page ? ',12' : sprintf(',%.3g', 1.0*size)
dot = (format eq 'svg' ? 0.8 : 1.0)*mark
sign(rule) = rule eq 'tan-le' ? 8 : rule eq 'dwr' ? 4 : rule eq 'fast' ? 12 : rule eq 'resnet-rs' ? 10 : 14
shade(series) = int(word(series,3)) < 0 ? 0xF4F4F4 : light[1+int(word(series,3))]
unset border; unset tics; unset grid; unset key
set lmargin at screen 0; set rmargin at screen 1; set tmargin at screen 1-sy(top_room); set bmargin at screen sy(bottom_room)
set xrange [0:figure_width]; set yrange [figure_height-top_room-bottom_room:0]
# One plot over the other in the same places: gnuplot complains of a loop over nothing.
set multiplot
plot for [i=1:n_area] $area index (i-1) using 2:3 with filledcurves closed fc rgb shade(names_area[i])
unset label
if (n_line > 0) { plot for [i=1:n_line] $line index (i-1) using 2:3 with lines lw 0.9 lc rgb '#5F7F8C' }
if (n_region > 0) { plot for [i=1:n_region] $region index (i-1) using 2:3 with lines lw 2 dt (6,4) lc rgb '#C2410C' }
plot for [i=1:n_frame] $frame index (i-1) using 2:3 with lines lw 1.6 lc rgb '#333333', \
     $shape using 14:15 with points pt 7 ps 2.1*dot lc rgb '#FFFFFF', \
     $shape using 14:15:(light[1+int($16)]) with points pt 7 ps 1.65*dot lc rgb variable, \
     $shape using 14:15 with points pt 6 ps 1.65*dot lw 1.6 lc rgb '#222222'
if (n_rule > 0) {
    plot for [i=1:n_rule] $rule index (i-1) using 2:3 with points pt sign(names_rule[i]) ps 1.85*dot lw 4 lc rgb '#FFFFFF', \
         for [i=1:n_rule] $rule index (i-1) using 2:3 with points pt sign(names_rule[i]) ps 1.85*dot lw 1.7 lc rgb '#6B21A8'
}
if (n_optimum > 0) {
    plot for [i=1:n_optimum] $optimum index (i-1) using 2:3 with lines lw 4 lc rgb '#FFFFFF', \
         for [i=1:n_optimum] $optimum index (i-1) using 2:3 with filledcurves closed fc rgb '#C2410C'
}
if (rows_level > 0) { plot $level using 2:3:4 with labels noenhanced center font font(12) textcolor rgb '#3F5F6C' }
if (rows_value > 0) { plot $value using 2:3:4 with labels noenhanced center font font(13) textcolor rgb '#111111' }
plot $corner using 2:3:4 with labels noenhanced center font font(16) textcolor rgb '#111111', \
     $head using 2:3:4 with labels noenhanced left font font(17) textcolor rgb '#111111', \
     $remark using 2:3:4 with labels noenhanced left font font(13) textcolor rgb '#444444'
unset multiplot
