# Where things stand, reckoned once before the pictures are drawn. The unit is a twelfth of a line of text:
# screens and pages differ in its size alone. A legend stands beside the plot, in a narrow figure under it.
set encoding utf8
is_narrow = figure_width < 620
font_title = is_page ? ',12' : ',15'
font_stamp = is_page ? ',12' : ',13'
font_small = is_page ? ',12' : ',10.5'
sx(u) = 1.0*u/figure_width
sy(u) = 1.0*u/figure_height
longest = is_narrow ? 22 : 28
short(s) = strlen(s) > longest ? s[1:longest-10].'…'.s[strlen(s)-8:strlen(s)] : s
at_least(a, b) = a > b ? a : b
legend_chars = 0
do for [i=1:legend_n] { legend_chars = at_least(strlen(short(legend_name(i))), legend_chars) }
legend_entry = 60 + 7.5*legend_chars
legend_columns = is_narrow ? at_least(int((figure_width - 78)/legend_entry), 1) : 1
legend_rows = (legend_n + legend_columns - 1)/legend_columns
legend_right = is_narrow || legend_n == 0 ? 16 : legend_entry + 14
legend_below = is_narrow && legend_n > 0 ? 18*legend_rows + 8 : 0
# The note in as many lines as it needs.
array note_line[n_note]
n_lines = 0
do for [i=1:n_note] {
    if (n_lines > 0 && 6.3*strlen(note_line[n_lines > 0 ? n_lines : 1].note[i]) + 60 < figure_width) {
        note_line[n_lines] = note_line[n_lines].'  |  '.note[i]
    } else {
        n_lines = n_lines + 1
        note_line[n_lines] = note[i]
    }
}
# The stamp beside the title, or below it, in two lines where it is long.
cut = is_narrow ? strstrt(stamp, ', nominal') : 0
stamp_above = cut > 0 ? stamp[1:cut] : stamp
stamp_below = cut > 0 ? stamp[cut+2:strlen(stamp)] : ''
stamp_row = has_title && stamp ne '' && 8.8*strlen(title_text) + 8*strlen(stamp_above) + 80 > figure_width
top_room = (has_title ? 44 : stamp ne '' ? 28 : 12) + (stamp_row ? 20 : 0) + (cut > 0 ? 18 : 0)
stamp_at = stamp_row ? 46 : has_title ? 26 : 14
bottom_room = has_title ? 12 + 16*n_lines : 6
axis_room = 54
left_room = 62
# Marks of one network in several series stand side by side, `shift` marks from where they are.
col(i) = colour[1+(i-1)%8]
faint(i) = pale[1+(i-1)%8]
sh(i) = shape[1+(i-1+(i-1)/8)%8]
dash(i) = 1 + (i-1)/8
bar(x) = x == x ? x : 0
LINES = 'for [i=1:n_seed] $seed index (i-1) using (at($2,$5)):3 with points pt sh(i) ps 0.5*mark lc rgb faint(i) notitle, '\
    .'for [i=1:n_mean] $mean index (i-1) using (at($2,$5)):3:(bar($4)) with yerrorbars pt -1 lc rgb col(i) notitle, '\
    .'for [i=1:n_mean] $mean index (i-1) using (at($2,$5)):3 with linespoints lw 2 dt dash(i) pt sh(i) ps 1.1*mark lc rgb col(i) title short(names_mean[i])'
# What place.gp places.
most_labels = 400
array lab_x[most_labels]; array lab_y[most_labels]; array lab_t[most_labels]; array lab_g[most_labels]
array put_x[most_labels]; array put_y[most_labels]; array put_w[most_labels]
array near_x[8] = [1, -1, 1, -1, 1, -1, 0, 0]
array near_y[8] = [-1, 1, 1, -1, 0, 0, 1, -1]
inside(x, y, w, h) = abs(x) < w && abs(y) < h
