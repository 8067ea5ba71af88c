# title: Scaling one dimension at a time
# alt: Three panels, width, depth and resolution: test accuracy of {baseline} on {data} against counted multiply-adds.
# caption: Each dimension scaled alone from {baseline} on {data}, as figure 3 of the paper: test top-1 against counted MACs. {dots}
# size: 1080 450
set multiplot layout 1,3 margins 0.07,0.98,0.24,0.80 spacing 0.045,0
set label 1 title_text at screen 0.07,0.935 left noenhanced font ',15'
set label 2 stamp at screen 0.98,0.935 right noenhanced font ',13' textcolor rgb '#B00020'
set label 3 note at screen 0.07,0.05 left noenhanced font ',10.5' textcolor rgb '#444444'
set yrange [y_low:y_high]
if (has_chance) { set arrow 1 from graph 0, first chance to graph 1, first chance nohead dt 3 lw 1.5 lc rgb '#666666' }
set xrange [0:x_high]
# A label stands where no line goes: below right, below left, above or below a mark.
array dx[4] = [2.8, -2.8, 0, 0]
array dy[4] = [-0.9, -0.9, 1, -1.1]
set xlabel 'counted MACs ('.unit.')' offset 0,0.3
set key off
set ylabel 'test top-1 accuracy (%)'
set title 'width' offset 0,-0.4
if (rows_width_mean > 0) {
    plot $width_seed using 2:3 with points pt shape[1] ps 0.5 lc rgb pale[1], \
         $width_mean using 2:3:4 with yerrorbars pt -1 lc rgb colour[1], \
         $width_mean using 2:3 with linespoints lw 2 pt shape[1] ps 1.1 lc rgb colour[1], \
         for [k=1:4] $width_mean using 2:($6==k ? $3 : NaN):5 with labels noenhanced center offset dx[k],dy[k] font ',10' textcolor rgb '#333333'
} else { plot 2*y_high }
unset label 1; unset label 2; unset label 3
unset ylabel
set title 'depth'
if (rows_depth_mean > 0) {
    plot $depth_seed using 2:3 with points pt shape[2] ps 0.5 lc rgb pale[2], \
         $depth_mean using 2:3:4 with yerrorbars pt -1 lc rgb colour[2], \
         $depth_mean using 2:3 with linespoints lw 2 pt shape[2] ps 1.1 lc rgb colour[2], \
         for [k=1:4] $depth_mean using 2:($6==k ? $3 : NaN):5 with labels noenhanced center offset dx[k],dy[k] font ',10' textcolor rgb '#333333'
} else { plot 2*y_high }
set title 'resolution'
if (rows_resolution_mean > 0) {
    plot $resolution_seed using 2:3 with points pt shape[3] ps 0.5 lc rgb pale[3], \
         $resolution_mean using 2:3:4 with yerrorbars pt -1 lc rgb colour[3], \
         $resolution_mean using 2:3 with linespoints lw 2 pt shape[3] ps 1.1 lc rgb colour[3], \
         for [k=1:4] $resolution_mean using 2:($6==k ? $3 : NaN):5 with labels noenhanced center offset dx[k],dy[k] font ',10' textcolor rgb '#333333'
} else { plot 2*y_high }
unset multiplot
