/* plots/ternary_words.h: what is written around a panel's triangle; private to plots/. */
#ifndef PLOTS_TERNARY_WORDS_H
#define PLOTS_TERNARY_WORDS_H

#include "plots/ternary_picture.h"

/* Budget, kind of the surface, and the corners' names. */
void ternary_put_heads(const TernaryPicture *picture, const TernaryPanel *panel);

/* The optimum's lines of the key; sets panel->n_key. */
void ternary_put_key(const TernaryPicture *picture, TernaryPanel *panel);

/* Rule r's mark in the triangle, and its line of the key, below the optimum's. */
void ternary_put_rule(const TernaryPicture *picture, const TernaryPanel *panel, int r);

#endif
