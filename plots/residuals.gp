# title: What the block model leaves
# alt: Left, the residual of every trial against its network's mean test accuracy; right, the residuals of each seed beside each other.
# caption: Residuals of test top-1 on {data} after a mean for each network and an effect for each seed: deviation {noise_sd} points with {noise_df} degrees of freedom, {n_networks} networks, {seeds}. Left against the network's mean, right by seed. Dotted: two deviations. Noise that grows with the mean, or one seed that stands apart, is a reason to doubt pooled intervals.{thinned_text}
# legend: residual
# most: 8
# needs: residual
# without: fewer than two networks on two seeds are done
# points: residual residual
# size: 1080 480
# narrow: 1.3*figure_width
set multiplot
if (legend_n > 0) { set key noautotitle }
most = 1.1*noise_most
set yrange [-most:most]
set arrow 1 from graph 0, first 0 to graph 1, first 0 nohead lw 1 lc rgb '#666666'
set arrow 2 from graph 0, first 2*noise_sd to graph 1, first 2*noise_sd nohead dt 3 lw 1.5 lc rgb '#666666'
set arrow 3 from graph 0, first -2*noise_sd to graph 1, first -2*noise_sd nohead dt 3 lw 1.5 lc rgb '#666666'
foot = bottom_room + legend_below + axis_room
middle = is_narrow ? foot + 0.5*(figure_height - top_room - foot) : left_room + 0.62*(figure_width - left_room - legend_right)
if (is_narrow) { set bmargin at screen sy(middle + axis_room - 6) } else { set rmargin at screen sx(middle - 20) }
set xlabel 'mean test top-1 of the network (%)'
set ylabel 'residual (points)'
set offsets graph 0.04, graph 0.04, 0, 0
plot for [i=1:n_residual] $residual index (i-1) using 2:3 with points pt sh(i) ps 0.8*mark lc rgb col(i) title short(names_residual[i])
unset label
set key off
if (is_narrow) { set tmargin at screen sy(middle - 22); set bmargin at screen sy(foot) } else { set lmargin at screen sx(middle + 20); set rmargin at screen 1-sx(legend_right); unset ylabel }
set offsets 0, 0, 0, 0
set xrange [0.5:n_residual+0.5]
set xlabel 'seed' offset 0,-0.4
set xtics 1 format ''
# A number takes so many places of seeds that it does not run into the next.
chars = 1
do for [i=1:n_residual] { chars = at_least(strlen(word(names_residual[i], 2)), chars) }
wide = is_narrow ? figure_width - left_room - legend_right : figure_width - legend_right - middle - 20
every = 1 + int((6.5*chars + 8)*n_residual/wide)
if (n_residual > 20) { set xtics 1,every }
do for [i=1:n_residual:every] { set label i word(names_residual[i], 2) at first i, graph -0.04 center font font_small }
plot for [i=1:n_residual] $residual index (i-1) using (i+$6):3 with points pt sh(i) ps 0.8*mark lc rgb col(i)
unset multiplot
