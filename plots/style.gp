# What all figures share: colours that every eye can tell apart (Okabe and Ito), with a shape each.
array colour[8] = ['#0072B2', '#009E73', '#CC79A7', '#D55E00', '#56B4E9', '#E69F00', '#000000', '#999999']
array pale[8] = ['#8C0072B2', '#8C009E73', '#8CCC79A7', '#8CD55E00', '#8C56B4E9', '#8CE69F00', '#8C000000', '#8C999999']
array band[8] = ['#D00072B2', '#D0009E73', '#D0CC79A7', '#D0D55E00', '#D056B4E9', '#D0E69F00', '#D0000000', '#D0999999']
array shape[8] = [5, 9, 13, 7, 11, 15, 4, 6]
set encoding utf8
set datafile separator tab
set datafile missing 'NaN'
set border 3 lc rgb '#444444' lw 1
set tics nomirror out scale 0.6 textcolor rgb '#222222'
set grid lc rgb '#dddddd' lw 0.7 lt 1
set key noenhanced
set format '%g'
