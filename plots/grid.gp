# title: The grid at equal cost
# alt: Left, every network of the grid by built depth and width, coloured by its score; right, the networks in order of score with the validation accuracy of every seed.
# caption: Networks of the grid, {baseline} on {data}. Left: what was built, coloured by the objective (resolution follows from the cost); the ring marks the best. Right: the first networks by objective with their validation top-1. {dots}{unfair_text}
# size: 1080 620*n_mean
set multiplot
set label 1 title_text at screen 0.075,1.0-30.0/(620*n_mean) left noenhanced font ',15'
set label 2 stamp at screen 0.98,1.0-30.0/(620*n_mean) right noenhanced font ',13' textcolor rgb '#B00020'
set label 3 note at screen 0.075,20.0/(620*n_mean) left noenhanced font ',10.5' textcolor rgb '#444444'
set palette defined (0 '#00224E', 0.25 '#3C4D6E', 0.5 '#7D7C78', 0.75 '#BCAF6F', 1 '#FEE838')
set key off
set cblabel 'objective (%)' offset 1.2,0
do for [part=1:n_mean] {
    top = 1.0 - (620.0*(part-1) + 96.0)/(620*n_mean)
    bottom = 1.0 - (620.0*part - 105.0)/(620*n_mean)
    set tmargin screen top; set bmargin screen bottom
    set lmargin screen 0.075; set rmargin screen 0.385
    set title names_mean[part] noenhanced
    set xlabel 'depth as built (x baseline)'; set ylabel 'width as built (x baseline)'
    set xrange [*:*] noreverse; set yrange [*:*] noreverse
    set xtics auto font ',12'; set ytics auto font ',12'
    set offsets graph 0.08, graph 0.08, graph 0.08, graph 0.08
    set colorbox user origin screen 0.40, bottom size screen 0.013, top-bottom
    plot $map index (part-1) using 2:3:5 with points pt 7 ps 1.7 lc palette, \
         $map index (part-1) using 2:3 with points pt 6 ps 1.7 lw 0.6 lc rgb '#333333', \
         $best index (part-1) using 2:3 with points pt 6 ps 3.0 lw 2.5 lc rgb colour[4]
    unset label 1; unset label 2; unset label 3
    unset colorbox
    set lmargin screen 0.71; set rmargin screen 0.98
    set xlabel 'validation top-1 accuracy (%)'; unset ylabel
    set title 'first networks by objective'
    set offsets graph 0.03, graph 0.03, 0.6, 0.6
    set yrange [*:*] reverse
    set ytics font ',11'; set xtics font ',10.5'
    plot $seed index (part-1) using 3:2 with points pt 7 ps 0.5 lc rgb pale[1], \
         $mean index (part-1) using 3:2:4 with xerrorbars pt -1 lc rgb colour[1], \
         $mean index (part-1) using 3:2:yticlabels(5) with points pt 7 ps 1.1 lc rgb colour[1]
}
unset multiplot
