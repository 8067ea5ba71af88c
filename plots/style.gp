# What all figures share: colours that every eye can tell apart (Okabe and Ito), with a shape each; margins,
# title, stamp, note and legend.
array colour[8] = ['#0072B2', '#009E73', '#CC79A7', '#D55E00', '#56B4E9', '#E69F00', '#000000', '#999999']
array pale[8] = ['#8C0072B2', '#8C009E73', '#8CCC79A7', '#8CD55E00', '#8C56B4E9', '#8CE69F00', '#8C000000', '#8C999999']
array band[8] = ['#D00072B2', '#D0009E73', '#D0CC79A7', '#D0D55E00', '#D056B4E9', '#D0E69F00', '#D0000000', '#D0999999']
array shape[8] = [5, 9, 13, 7, 11, 15, 4, 6]
set encoding utf8
set datafile separator tab
set border 3 lc rgb '#444444' lw 1
set tics nomirror out scale 0.6 textcolor rgb '#222222'
set grid lc rgb '#dddddd' lw 0.7 lt 1
set format '%g'
if (has_title) { set label 1 title_text at screen sx(left_room), screen 1-sy(26) left noenhanced font font_title }
set label 20 stamp_above at screen sx(figure_width-16), screen 1-sy(stamp_at) right noenhanced font font_stamp textcolor rgb '#B00020'
set label 21 stamp_below at screen sx(figure_width-16), screen 1-sy(stamp_at+18) right noenhanced font font_stamp textcolor rgb '#B00020'
if (has_title) {
    do for [k=1:n_lines] {
        set label 2+k note_line[k] at screen sx(is_narrow ? 10 : left_room), screen sy(16*(n_lines-k)+14) left noenhanced font font_small textcolor rgb '#444444'
    }
}
set lmargin at screen sx(left_room); set rmargin at screen 1-sx(legend_right)
set tmargin at screen 1-sy(top_room); set bmargin at screen sy(bottom_room+legend_below+axis_room)
set key noenhanced Left reverse left top samplen 2 spacing 1.25
if (is_narrow) { set key at screen sx(10), screen sy(bottom_room+legend_below) horizontal maxcols legend_columns } \
else { set key at screen 1-sx(legend_right-14), screen 1-sy(top_room) vertical }
if (legend_n == 0) { set key off }
