# Labels lab_t[1:lab_n] at lab_x, lab_y, of lines lab_g, each where it covers neither a label nor a mark, within
# box_l to box_r and box_b to box_t; one without such a place is left out.
n_put = 0
do for [i=1:lab_n] {
    half_w = 3.1*strlen(lab_t[i]) + 2
    best = 1000
    do for [c=1:8] {
        cx = lab_x[i] + near_x[c]*(half_w + (near_y[c] == 0 ? 7 : 4))
        cy = lab_y[i] + near_y[c]*13
        bad = c + (cx - half_w < box_l || cx + half_w > box_r || cy - 6 < box_b || cy + 6 > box_t ? 1000 : 0)
        bad = bad + (n_put > 0 ? 1000*(sum [j=1:n_put] inside(cx - put_x[j], cy - put_y[j], half_w + put_w[j], 12)) : 0)
        bad = bad + 1000*(sum [j=1:lab_n] inside(cx - lab_x[j], cy - lab_y[j], half_w + 5, 10))
        if (lab_n > 1) {
            bad = bad + (sum [j=1:lab_n-1] (lab_g[j] == lab_g[j+1] ? (sum [s=1:9] \
                40*inside(cx - lab_x[j] - 0.1*s*(lab_x[j+1] - lab_x[j]), cy - lab_y[j] - 0.1*s*(lab_y[j+1] - lab_y[j]), half_w, 7)) : 0))
        }
        if (bad < best) { best = bad; best_x = cx; best_y = cy }
    }
    if (best < 1000) {
        n_put = n_put + 1
        put_x[n_put] = best_x; put_y[n_put] = best_y; put_w[n_put] = half_w
        set label 100+n_put lab_t[i] at screen sx(best_x), screen sy(best_y) center noenhanced font font_small textcolor rgb '#333333' front
    }
}
