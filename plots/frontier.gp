# title: Accuracy against cost
# alt: Every network a dot: test accuracy on {data} against counted multiply-adds, with a stepped line through those that none beats at lower cost; they are listed beside it.
# caption: Networks on {data} by their counted MACs: test top-1. The stepped line is the front, the best mean that each cost buys here; its networks are numbered, the cheapest of them listed. Test accuracy is shown and picks nothing. {dots}
# size: 1080 560
set multiplot
set label 1 title_text at screen 0.065,0.955 left noenhanced font ',15'
set label 2 stamp at screen 0.985,0.955 right noenhanced font ',13' textcolor rgb '#B00020'
set label 3 note at screen 0.065,0.035 left noenhanced font ',10.5' textcolor rgb '#444444'
# Networks are small where they are many.
size = rows_mean > 150 ? 0.5 : rows_mean > 40 ? 0.75 : 1.1
top = n_mean > 1 ? 0.88 - 0.045*n_mean : 0.90
room = int((top - 0.19)/0.033) - 2
set lmargin screen 0.065; set rmargin screen 0.655; set bmargin screen 0.19; set tmargin screen 0.90
set yrange [y_low:y_high]
if (has_chance) { set arrow 1 from graph 0, first chance to graph 1, first chance nohead dt 3 lw 1.5 lc rgb '#666666' }
if (is_wide) {
    set logscale x
    set xrange [x_low:x_high]
    set xtics (0.01,0.02,0.05,0.1,0.2,0.5,1,2,5,10,20,50,100,200,500)
} else { set xrange [0:x_high] }
# Networks of nearly one cost have the whole axis: x_low and x_high are 0.8 and 1.25 of the ends.
low = x_low/0.8; high = x_high/1.25
if (high < 2*low) { set xrange [low - 0.1*(high-low) - 0.01*low:high + 0.1*(high-low) + 0.01*high] }
set xlabel 'counted MACs ('.unit.')'.(is_wide ? ', logarithmic' : '')
set ylabel 'test top-1 accuracy (%)'
if (n_mean > 1) { set key at screen 0.69,0.90 left top Left reverse samplen 1 spacing 1.25 } else { set key off }
plot for [i=1:n_seed] $seed index (i-1) using 2:3 with points pt shape[1+(i-1)%8] ps 0.45*size lc rgb pale[1+(i-1)%8] notitle, \
     $front using 2:3 with steps lw 2 lc rgb '#444444' notitle, \
     for [i=1:n_mean] $mean index (i-1) using 2:3:4 with yerrorbars pt -1 lc rgb colour[1+(i-1)%8] notitle, \
     for [i=1:n_mean] $mean index (i-1) using 2:3 with points pt shape[1+(i-1)%8] ps size lc rgb colour[1+(i-1)%8] title names_mean[i], \
     $front using 2:3 with points pt 6 ps 1.8 lw 1.5 lc rgb '#222222' notitle, \
     $front using 2:3:4 with labels noenhanced right offset -0.7,0.7 font ',10' textcolor rgb '#222222' notitle
unset label 1; unset label 2; unset label 3
unset arrow; unset logscale; unset border; unset tics; unset grid; unset xlabel; unset ylabel
# Beside a key of very many series there is no room for the list.
if (room > 0) {
    set key off
    set lmargin screen 0.69; set rmargin screen 0.985; set tmargin screen top
    set xrange [0:1]; set yrange [room+1.5:-1]
    set label 4 'the front' at 0,-0.4 left font ',11'
    set label 5 unit at 0.72,-0.4 right font ',11'
    set label 6 'top-1 (%)' at 1,-0.4 right font ',11'
    if (rows_front > room) { set label 7 sprintf('%d more in the table', rows_front - room) at 0,room+1 left font ',10' }
    plot $front every ::0::room-1 using (0.035):($0+0.6):4 with labels right font ',10', \
         $front every ::0::room-1 using (0.06):($0+0.6):5 with labels noenhanced left font ',10', \
         $front every ::0::room-1 using (0.72):($0+0.6):6 with labels right font ',10', \
         $front every ::0::room-1 using (1):($0+0.6):7 with labels right font ',10'
}
unset multiplot
