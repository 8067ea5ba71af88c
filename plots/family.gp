# title: Families by compound scaling
# alt: One line for each family, a mark for each member: test accuracy on {data} against counted multiply-adds, logarithmic.
# caption: Members α^φ, β^φ, γ^φ of each baseline on {data}, by its own rounding. Nothing is matched: test top-1 against counted MACs. {dots}{unfair_text}
# size: 860 560
set label 1 title_text at screen 0.09,0.955 left noenhanced font ',15'
set label 2 stamp at screen 0.97,0.955 right noenhanced font ',13' textcolor rgb '#B00020'
set label 3 note at screen 0.09,0.035 left noenhanced font ',10.5' textcolor rgb '#444444'
set lmargin screen 0.09; set rmargin screen 0.97; set bmargin screen 0.19; set tmargin screen 0.90
set yrange [y_low:y_high]
if (has_chance) { set arrow 1 from graph 0, first chance to graph 1, first chance nohead dt 3 lw 1.5 lc rgb '#666666' }
set logscale x
set xrange [x_low:x_high]
set xtics ()
do for [k=-3:6] { set xtics add (sprintf('%g', 10.0**k) 10.0**k, sprintf('%g', 2*10.0**k) 2*10.0**k, sprintf('%g', 5*10.0**k) 5*10.0**k) }
set xlabel 'counted MACs ('.unit.')'
set ylabel 'test top-1 accuracy (%)'
set key top left Left reverse samplen 2.5 spacing 1.25 box lc rgb '#cccccc' opaque
plot for [i=1:n_seed] $seed index (i-1) using 2:3 with points pt shape[1+(i-1)%8] ps 0.5 lc rgb pale[1+(i-1)%8] notitle, \
     for [i=1:n_mean] $mean index (i-1) using 2:3:4 with yerrorbars pt -1 lc rgb colour[1+(i-1)%8] notitle, \
     for [i=1:n_mean] $mean index (i-1) using 2:3 with linespoints lw 2 pt shape[1+(i-1)%8] ps 1.1 lc rgb colour[1+(i-1)%8] title names_mean[i], \
     for [i=1:n_mean:2] $mean index (i-1) using 2:3:5 with labels noenhanced right offset -0.8,0.9 font ',10' textcolor rgb '#333333' notitle, \
     for [i=2:n_mean:2] $mean index (i-1) using 2:3:5 with labels noenhanced left offset 0.8,-0.9 font ',10' textcolor rgb '#333333' notitle
