# title: What each search found for what it spent
# alt: A line for each way of searching: the best validation accuracy so far on {data} against counted training multiply-adds spent; every evaluation is a dot.
# caption: The best validation top-1 so far on {data} against counted training MACs, evaluations included; of several runs the mean, and a band from the worst of them to the best. Dots are networks trained in full, {seeds} each; below, where there are any, those trained on a short schedule. Dashed: what the largest network tried has, by parameters and by MACs: a choice that costs one training.
# size: 1080 600
set multiplot
set label 1 title_text at screen 0.065,0.955 left noenhanced font ',15'
set label 2 stamp at screen 0.985,0.955 right noenhanced font ',13' textcolor rgb '#B00020'
set label 3 note at screen 0.065,0.035 left noenhanced font ',10.5' textcolor rgb '#444444'
# A searcher's colour is the same in all blocks, though not all have it.
array of_line[n_line+1]; array of_full[n_full+1]; array of_short[n_short+1]
do for [s=1:n_searcher] {
    do for [i=1:n_line] { if (names_line[i] eq names_searcher[s]) { of_line[i] = 1+(s-1)%8 } }
    do for [i=1:n_full] { if (names_full[i] eq names_searcher[s]) { of_full[i] = 1+(s-1)%8 } }
    do for [i=1:n_short] { if (names_short[i] eq names_searcher[s]) { of_short[i] = 1+(s-1)%8 } }
}
has_short = n_short > 0
size = rows_full > 300 ? 0.5 : 0.8
xtitle = 'counted training MACs ('.names_unit[1].')'
set lmargin screen 0.065; set rmargin screen 0.755; set tmargin screen 0.90
set bmargin screen has_short ? 0.45 : 0.19
set xrange [0:(n_most > 0 ? names_most[1]+0 : 1)]
set offsets 0, 0, graph 0.05, graph 0.05
set ylabel 'validation top-1 (%)'
if (has_short) { set format x '' } else { set xlabel xtitle }
set key at screen 0.77,0.90 left top Left reverse samplen 2 spacing 1.3
if (n_full > 0) {
    plot for [i=1:n_line] $line index (i-1) using 2:($6 > 1 ? $4 : NaN):5 with filledcurves fc rgb band[of_line[i]] notitle, \
         for [i=1:n_full] $full index (i-1) using 2:3 with points pt shape[of_full[i]] ps size lc rgb pale[of_full[i]] notitle, \
         for [i=1:n_free] $free index (i-1) using 2:3 with lines lw 1.5 dt i+1 lc rgb '#555555' title names_free[i], \
         for [i=1:n_line] $line index (i-1) using 2:3 with lines lw 2.5 lc rgb colour[of_line[i]] title names_line[i]
} else { set yrange [0:100]; plot 200 notitle }
unset label 1; unset label 2; unset label 3
if (has_short) {
    set tmargin screen 0.41; set bmargin screen 0.16
    set format x '%g'
    set xlabel xtitle
    set ylabel 'short schedule (%)' font ',10.5'
    set ytics font ',10'
    set yrange [*:*]
    set key at screen 0.77,0.41
    plot for [i=1:n_short] $short index (i-1) using 2:3 with points pt shape[of_short[i]]-1 ps size lc rgb colour[of_short[i]] title names_short[i]
}
unset multiplot
