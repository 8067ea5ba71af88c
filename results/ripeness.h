/*
 * results/ripeness: whether a network was trained long enough to be compared.
 *
 * Judged on the mean validation curve over the seeds of a network. With w = max(2, epochs/8), L is
 * the mean of the last w epochs and Q that of the w epochs that end at three quarters. Ripe only if
 *
 *     (L - Q) + 1.64 se < (L - chance)/4
 *
 * that is if the last quarter surely brought less than a quarter of what was learned: a straight
 * line brings just that. se is the binomial error of L - Q, each a mean over seeds and w epochs of
 * n_val images. A network of fewer than RIPENESS_LEAST_EPOCHS is unripe, and so is one that guesses
 * (L within RIPENESS_ERRORS binomial errors of chance, for n_val images: all epochs and seeds see
 * the same ones) or of whose seeds some guess and others do not. How often that is right:
 * docs/verdicts.md.
 */
#ifndef RESULTS_RIPENESS_H
#define RESULTS_RIPENESS_H

#include <stdbool.h>
#include <stdint.h>

enum { RIPENESS_LEAST_EPOCHS = 8, RIPENESS_ERRORS = 3 };

typedef enum RipenessState {
    RIPENESS_UNKNOWN, /* no curve is known: trained elsewhere, or not yet */
    RIPENESS_RIPE,
    RIPENESS_SHORT,   /* fewer than RIPENESS_LEAST_EPOCHS epochs */
    RIPENESS_GUESSES, /* has not left chance */
    RIPENESS_SPLIT,   /* some seeds have left chance, others have not */
    RIPENESS_RISES    /* still learns */
} RipenessState;

/* What curves are of. */
typedef struct RipenessRun {
    int n_epochs;
    int64_t n_val; /* validation images */
    int classes;
} RipenessRun;

typedef struct Ripeness {
    RipenessState state;
    double last, before; /* L and Q, percent; NaN: not known */
    double error;        /* se of their difference, points */
} Ripeness;

/* curves[n_seeds][run->n_epochs]: validation top-1 after each epoch, percent. */
Ripeness ripeness_judge(const double *const *curves, int n_seeds, const RipenessRun *run);

/* Whether it is known not to be ripe. */
bool ripeness_is_unripe(const Ripeness *ripeness);

/*
 * How many epochs to try instead of n_epochs: twice as many where it still learns or was short of
 * epochs, four times where seeds guess, RIPENESS_LEAST_EPOCHS at least; n_epochs if it is not
 * unripe.
 */
int ripeness_epochs_to_try(const Ripeness *ripeness, int n_epochs);

#endif
