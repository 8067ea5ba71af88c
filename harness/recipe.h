/*
 * harness/recipe.h: how a network is trained, as plain data.
 *
 * A Recipe is the `recipe` mapping of a study with every key in force (DESIGN section 4). Each key
 * is declared once, in recipe_table: parsed, validated, overridden, echoed and documented from
 * there. It knows neither networks nor data sets, and is part of a trial's digest by its echo.
 */
#ifndef HARNESS_RECIPE_H
#define HARNESS_RECIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/yaml.h"

typedef enum RecipeOptimizer {
    RECIPE_SGD,           /* Nesterov */
    RECIPE_RMSPROP,       /* TensorFlow's: epsilon inside the root, squares start at 1 */
    RECIPE_RMSPROP_TORCH, /* PyTorch's: epsilon outside the root, squares start at 0 */
} RecipeOptimizer;

typedef enum RecipeSchedule {
    RECIPE_COSINE,      /* half a cosine from the end of the warm-up, 0 after the last step */
    RECIPE_EXPONENTIAL, /* lr x decay_rate^floor(epoch / decay_epochs), counted from step 0 */
    RECIPE_CONSTANT,
} RecipeSchedule;

/* Augmentations, a set of bits; 0 is `none`. */
typedef enum RecipeAugment {
    RECIPE_FLIP = 1,   /* mirror left to right with probability 1/2 */
    RECIPE_CROP = 2,   /* padded random crop, round(resolution / 8) pixels of padding */
    RECIPE_CUTOUT = 4, /* one square of half the side, filled with the mean */
} RecipeAugment;

typedef struct Recipe {
    int64_t epochs;         /* passes over the training subset */
    int64_t batch;          /* images a step; a last, smaller batch of an epoch is left out */
    int optimizer;          /* RecipeOptimizer */
    double lr;              /* peak learning rate */
    int schedule;           /* RecipeSchedule */
    double warmup_epochs;   /* linear rise from 0, fractions allowed */
    double decay_rate;      /* RECIPE_EXPONENTIAL: factor */
    double decay_epochs;    /* RECIPE_EXPONENTIAL: epochs between two factors */
    double momentum;        /* of the optimizer */
    double rms_decay;       /* RMSProp: decay of the mean square */
    double rms_epsilon;     /* RMSProp: floor of the root */
    double weight_decay;    /* L2, added to the gradient; batch norm is exempt */
    double label_smoothing; /* [0, 1) */
    double ema;             /* decay of the averaged weights that are measured; 0 = off */
    YamlStrings augments;   /* as written; belongs to the document */
    bool shuffle;           /* false: file order in every epoch */
    int augment;            /* RecipeAugment bits of `augments`, set by recipe_check */
} Recipe;

extern const YamlTable recipe_table;

/* Finishes a Recipe read by yaml_read: `augment`, and what one key's range cannot say. ERR_USAGE. */
ErrCode recipe_check(Recipe *recipe, Err *err) ERR_CHECKED;

/* "sgd", "cosine", ... */
const char *recipe_optimizer_name(int optimizer);
const char *recipe_schedule_name(int schedule);

/* Steps of one epoch over n_images: whole batches, but at least one (then of n_images). */
int64_t recipe_steps_per_epoch(const Recipe *recipe, int64_t n_images);

/* Images of one step: `batch`, or n_images if there are fewer. */
int64_t recipe_batch_size(const Recipe *recipe, int64_t n_images);

/*
 * The learning rate of a step (0-based, counted over all epochs). Warm-up: lr x (step + 1) /
 * warm-up steps. Own polynomials only, so equal on every machine.
 */
double recipe_learning_rate(const Recipe *recipe, int64_t step, int64_t steps_per_epoch);

#endif
