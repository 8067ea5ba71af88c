# title: Strategies at matched cost
# alt: One line for each scaling strategy: test accuracy of {baseline} on {data} against counted multiply-adds.
# caption: {baseline} (where the lines begin) scaled up by each strategy to the same counted MACs (within {tolerance} %) on {data}, as figure 8 of the paper. Test top-1. {dots}{aside_text}
# size: 860 560
set label 1 title_text at screen 0.09,0.955 left noenhanced font ',15'
set label 2 stamp at screen 0.97,0.955 right noenhanced font ',13' textcolor rgb '#B00020'
set label 3 note at screen 0.09,0.035 left noenhanced font ',10.5' textcolor rgb '#444444'
set lmargin screen 0.09; set rmargin screen 0.97; set bmargin screen 0.19; set tmargin screen 0.90
set yrange [y_low:y_high]
if (has_chance) { set arrow 1 from graph 0, first chance to graph 1, first chance nohead dt 3 lw 1.5 lc rgb '#666666' }
set xrange [0:*]
set offsets graph 0, graph 0.05, 0, 0
set xlabel 'counted MACs ('.unit.')'
set ylabel 'test top-1 accuracy (%)'
set key top left Left reverse samplen 2.5 spacing 1.25 box lc rgb '#cccccc' opaque
if (n_aside > 0) {
    plot for [i=1:n_seed] $seed index (i-1) using 2:3 with points pt shape[1+(i-1)%8] ps 0.5 lc rgb pale[1+(i-1)%8] notitle, \
         for [i=1:n_mean] $mean index (i-1) using 2:3:4 with yerrorbars pt -1 lc rgb colour[1+(i-1)%8] notitle, \
         for [i=1:n_mean] $mean index (i-1) using 2:3 with linespoints lw 2 pt shape[1+(i-1)%8] ps 1.1 lc rgb colour[1+(i-1)%8] title names_mean[i], \
         $aside using 2:3 with points pt 6 ps 2.4 lw 1.5 lc rgb '#777777' title 'off ray, or tied'
} else {
    plot for [i=1:n_seed] $seed index (i-1) using 2:3 with points pt shape[1+(i-1)%8] ps 0.5 lc rgb pale[1+(i-1)%8] notitle, \
         for [i=1:n_mean] $mean index (i-1) using 2:3:4 with yerrorbars pt -1 lc rgb colour[1+(i-1)%8] notitle, \
         for [i=1:n_mean] $mean index (i-1) using 2:3 with linespoints lw 2 pt shape[1+(i-1)%8] ps 1.1 lc rgb colour[1+(i-1)%8] title names_mean[i]
}
