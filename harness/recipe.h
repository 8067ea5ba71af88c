/*
 * harness/recipe.h: how a network is trained, as plain data.
 *
 * A Recipe is the `recipe` mapping of a study with every key in force (docs/study.md). Each key
 * is declared once, in recipe_table: parsed, validated, overridden, echoed and documented from
 * there. It knows no data sets, and of networks the rates that grow with them; how it is part of a
 * trial's digest, and what a new key or default must mind, stands in harness/identity.h.
 */
#ifndef HARNESS_RECIPE_H
#define HARNESS_RECIPE_H

#include "harness/finetune.h"
#include "harness/regularise.h"

#include "base/yaml.h"
#include "nn/nettypes.h"
#include "nn/schedule.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a seed varies, as bits. What it does not is the same in all trials, as of RECIPE_FIXED_SEED.
 */
typedef enum RecipeVary {
    RECIPE_VARY_INIT = 1,  /* initial weights */
    RECIPE_VARY_ORDER = 2, /* order and augmentation of images, dropout and drop connect */
    RECIPE_VARY_SPLIT = 4, /* which images are training and validation subset */
} RecipeVary;

enum { RECIPE_FIXED_SEED = 0 };

typedef struct Recipe {
    int64_t epochs;         /* passes over the training subset */
    int64_t batch;          /* images a step; a last, smaller batch of an epoch is left out */
    int optimizer;          /* NetOptimizer (nn/net.h) */
    double lr;              /* peak learning rate */
    int schedule;           /* ScheduleKind (nn/schedule.h) */
    double warmup_epochs;   /* linear rise from 0, fractions allowed */
    double decay_rate;      /* exponential: factor */
    double decay_epochs;    /* exponential: epochs between two factors */
    double momentum;        /* SGD, RMSProp; AdamW has adam_betas */
    double rms_decay;       /* RMSProp: decay of the mean square */
    double rms_epsilon;     /* RMSProp: floor of the root */
    YamlDoubles adam_betas; /* AdamW: two decays, of the means of gradient and of square; belongs to
                               the document */
    double adam_epsilon;    /* AdamW: floor of the root */
    double weight_decay;    /* L2, added to the gradient; AdamW: decoupled; batch norm is exempt */
    double label_smoothing; /* [0, 1) */
    double ema;           /* decay of the averaged weights that are measured; 0 = off; NaN: auto */
    YamlStrings augments; /* as written; belongs to the document */
    const YamlNode *scale_regularisation; /* as written, or NULL; belongs to the document */
    Regularise regularise; /* of `scale_regularisation`, set by recipe_check; the plan's networks
                              have it already */
    bool shuffle;          /* false: file order in every epoch */
    unsigned augment;      /* AugmentOp bits (data/augment.h) of `augments`, set by recipe_check */
    YamlStrings varied;    /* as written; belongs to the document */
    unsigned vary;         /* RecipeVary bits of `varied`, set by recipe_check */
    const YamlNode *init;  /* as written, or NULL; belongs to the document */
    FineTune finetune;     /* of `init`, set by recipe_check */
} Recipe;

extern const YamlTable recipe_table;

/*
 * Finishes a Recipe read by yaml_read: `augment`, `regularise`, `vary`, `finetune`, and what one
 * key's range cannot say. ERR_USAGE.
 */
ErrCode recipe_check(Recipe *recipe, Err *err) ERR_CHECKED;

/* The seed that a trial of `seed` takes for what one bit of RecipeVary stands for. */
uint64_t recipe_seed(const Recipe *recipe, RecipeVary what, int64_t seed);

/* Steps of a whole training over n_images. */
int64_t recipe_steps(const Recipe *recipe, int64_t n_images);

/*
 * The decay of the averaged weights that is in force over n_images: `ema`, or, where it is auto,
 * 0.99 but never an average (of about 1 / (1 - decay) steps) over more than a tenth of all steps.
 * 0 = off.
 */
double recipe_ema(const Recipe *recipe, int64_t n_images);

/* Appends what is in force over n_images: "batch 40, 5 steps an epoch, 30 in all, ema 0.6667". */
void recipe_in_force(const Recipe *recipe, int64_t n_images, Text *out);

/*
 * Appends a line for each thing that is probably not meant: a batch larger than the training set,
 * fewer than 500 steps, an average over more than a tenth of the steps.
 */
void recipe_warnings(const Recipe *recipe, int64_t n_images, Text *out);

/*
 * The same for what makes it likely that verdicts will be unripe besides too few steps: a warm-up
 * of fewer than 20 steps an epoch, fewer than 100 steps in the last quarter of the epochs, fewer
 * than RIPENESS_LEAST_EPOCHS epochs. Whole epochs are counted, for curves are judged by them.
 */
void recipe_ripeness_warnings(const Recipe *recipe, int64_t n_images, Text *out);

/*
 * The least number of epochs with which nothing is said of the last quarter, of all epochs, or of
 * fewer than 500 steps: a training that may be ripe.
 */
int64_t recipe_ripe_epochs(const Recipe *recipe, int64_t n_images);

/* One line for people: "20 epochs, batch 64, rmsprop, lr 0.02 cosine, ...". */
void recipe_summary(const Recipe *recipe, Text *out);

/* Steps of one epoch over n_images: whole batches, but at least one (then of n_images). */
int64_t recipe_steps_per_epoch(const Recipe *recipe, int64_t n_images);

/* Images of one step: `batch`, or n_images if there are fewer. */
int64_t recipe_batch_size(const Recipe *recipe, int64_t n_images);

/* What of a step is the same in all steps: what the optimiser and the loss are told. */
StepSettings recipe_step(const Recipe *recipe);

/* The schedule of a whole training over n_images (nn/schedule.h evaluates it). */
Schedule recipe_schedule(const Recipe *recipe, int64_t n_images);

#endif
