/*
 * results/profiles: which shape is best at each cost, from the trials of a study.
 *
 * A profile is one budget of a part `profile`, or a `grid` matched by counted cost that built at
 * least SHAPETABLE_MIN_SHAPES different networks. Its shapes are its networks, each once, whatever
 * points ended in it; its shares are those built: ln d, 2 ln w, 2 ln r over their sum, 0 where that
 * is below 0. Two surfaces are fitted (results/shapefit.h), with seeds as blocks: one of the logit
 * of test top-1, on which a percent near 100 is as much as several near 50, and one of test loss.
 * Logits are of counted images, ln((k + 1/2)/(n - k + 1/2)). What the first says in logits is told
 * in points at the height of its optimum; the sign of a claim is that of the logits. Trials that
 * diverged, failed or are not finished are missing cells, and so are those that were imported
 * without test top-1. Loss is fitted if every cell has one, too.
 */
#ifndef RESULTS_PROFILES_H
#define RESULTS_PROFILES_H

#include "results/shapefit.h"
#include "results/shaperules.h"
#include "results/store.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"

/* One network. */
typedef struct ProfileShape {
    const StorePointResult *source; /* the first that asks for it; borrowed from the results */
    const StorePoint *point;        /* of it */
    Shares shares;
    bool is_clamped; /* a share was below 0 */
    int n;           /* seeds with test top-1 */
    int n_diverged, n_failed, n_unfinished;
    int n_without_loss;    /* of n */
    double top1, sd, loss; /* test: mean and deviation over seeds, percent; mean, nats; or NaN */
} ProfileShape;

typedef struct Profile {
    const char *part; /* "profile", "grid-2" */
    double budget;    /* target over the baseline's MACs */
    bool is_demo;
    const ProfileShape *shapes; /* [n_shapes] in the order of the plan */
    int n_shapes;
    int n_seeds;              /* with a result */
    int n_low, n_high;        /* results of the shapes that have any */
    const char *why_not;      /* there is no fit; NULL: there is, and what follows is filled */
    const char *loss_why_not; /* the same of loss alone */
    ShapeFit top1, loss; /* of logits and of nats; their shapes are those with a result, in order */
    double sd;           /* of the noise of test top-1, points */
    ShapeEffect gain;    /* of the optimum over the best corner, points; top1.has_optimum */
    ShapeRule rules[SHAPERULES_N + 1], loss_rules[SHAPERULES_N + 1]; /* points; nats */
    int n_rules;           /* with the optimum of the budget before, if that has one */
    double before;         /* that budget, or 0 */
    double multipliers[3]; /* depth, width, resolution that the optimum means at this budget */
} Profile;

/*
 * (*out)[*n] by part and budget. Results must outlive it. Errors: ERR_MEMORY.
 */
ErrCode profiles_find(const StoreResults *results, Arena *arena, Profile **out, size_t *n,
                      Err *err) ERR_CHECKED;

/* What the fit of top-1 says at a point, percent. */
double profiles_top1(const Profile *profile, const Shares *at);

/* Appends what is to be said of a shape beside its numbers: "1 diverged, 2 not finished". */
void profiles_note(const ProfileShape *shape, Text *note);

/* Appends "of test loss: PEAK", or why there is no fit of it; the profile has one of top-1. */
void profiles_loss_kind(const Profile *profile, Text *text);

#endif
