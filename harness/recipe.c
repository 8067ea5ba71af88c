/* harness/recipe.c: the table of recipe keys, and what follows from a recipe. */
#include "harness/recipe.h"

#include "data/augment.h"
#include "results/epoch.h"
#include "results/ripeness.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static const char *const optimizer_names[] = {"sgd", "rmsprop", "rmsprop-torch", "adamw", NULL};
static const char *const auto_names[] = {"auto", NULL};
static const char *const vary_names[] = {"init", "order", "split", NULL}; /* RecipeVary, by bit */
static const char *const schedule_names[] = {"cosine", "exponential", "constant", NULL};

enum { FEW_STEPS = 500, FEW_WARMUP_STEPS = 20, FEW_LAST_STEPS = 100, LAST_SHARE = 4, N_BETAS = 2 };
#define AVERAGED_SHARE 10.0 /* all steps over those that an average may reach back */
#define MOST_AVERAGED 100.0
#define ROUNDING 1e-9 /* 1 / (1 - 0.99) is not 100 */

#define KEY(field) offsetof(Recipe, field)
static const YamlKey keys[] = {
    {"epochs", YAML_INT64, KEY(epochs), "20", 1, 100000, NULL, NULL,
     "passes over the training subset"},
    {"batch", YAML_INT64, KEY(batch), "64", 1, 65536, NULL, NULL,
     "images a step; a last, smaller batch of an epoch is left out"},
    {"optimizer", YAML_ENUM, KEY(optimizer), "rmsprop", 0, 0, optimizer_names, NULL,
     "sgd is Nesterov's, rmsprop TensorFlow's, rmsprop-torch and adamw PyTorch's"},
    {"lr", YAML_DOUBLE, KEY(lr), "0.02", 0, 1e12, NULL, NULL, "peak learning rate"},
    {"schedule", YAML_ENUM, KEY(schedule), "cosine", 0, 0, schedule_names, NULL,
     "cosine ends at 0; exponential is a staircase"},
    {"warmup_epochs", YAML_DOUBLE, KEY(warmup_epochs), "1", 0, 100000, NULL, NULL,
     "linear rise of the learning rate, fractions allowed"},
    {"decay_rate", YAML_DOUBLE, KEY(decay_rate), "0.97", 1e-6, 1, NULL, NULL,
     "exponential: factor"},
    {"decay_epochs", YAML_DOUBLE, KEY(decay_epochs), "2.4", 1e-3, 100000, NULL, NULL,
     "exponential: epochs between two factors"},
    {"momentum", YAML_DOUBLE, KEY(momentum), "0.9", 0, 0.9999, NULL, NULL, "of sgd and rmsprop"},
    {"rms_decay", YAML_DOUBLE, KEY(rms_decay), "0.9", 0, 0.9999, NULL, NULL,
     "rmsprop: decay of the mean square"},
    {"rms_epsilon", YAML_DOUBLE, KEY(rms_epsilon), "1.0e-3", 1e-12, 1, NULL, NULL,
     "rmsprop: floor of the root"},
    {"adam_betas", YAML_DOUBLES, KEY(adam_betas), "[0.9, 0.999]", 0, 0.9999, NULL, NULL,
     "adamw: decays of the mean gradient and of the mean square"},
    {"adam_epsilon", YAML_DOUBLE, KEY(adam_epsilon), "1.0e-8", 1e-12, 1, NULL, NULL,
     "adamw: floor of the root"},
    {"weight_decay", YAML_DOUBLE, KEY(weight_decay), "1.0e-5", 0, 1, NULL, NULL,
     "L2, added to the gradient; adamw: weights shrink by lr times it; batch norm's parameters are "
     "exempt"},
    {"label_smoothing", YAML_DOUBLE, KEY(label_smoothing), "0.1", 0, 0.999, NULL, NULL,
     "mass spread evenly over all classes"},
    {"ema", YAML_DOUBLE, KEY(ema), "auto", 0, 0.999999, auto_names, NULL,
     "decay of the averaged weights that are measured; 0 is off; auto averages over a tenth of the "
     "steps, at most 100"},
    {"augment", YAML_STRINGS, KEY(augments), "[flip, crop]", 0, 0, NULL, NULL,
     "none, or a list of augmentations (docs/data.md)"},
    {"scale_regularisation", YAML_RAW, KEY(scale_regularisation), YAML_OPTIONAL, 0, 0, NULL, NULL,
     "none, or {dropout: [0.2, 0.5], drop_connect: [0.2, 0.5], at: [1, 64]}: rates that rise with "
     "a "
     "network's cost over the baseline's, in its logarithm, from at's first to its second number"},
    {"shuffle", YAML_BOOL, KEY(shuffle), "true", 0, 0, NULL, NULL,
     "false: file order in every epoch"},
    {"vary", YAML_STRINGS, KEY(varied), "[init, order]", 0, 0, vary_names, NULL,
     "what a seed varies: initial weights, the order (and changes, and noise) of images, which "
     "images are training and validation subset"},
    {"init", YAML_RAW, KEY(init), YAML_OPTIONAL, 0, 0, NULL, NULL,
     "none, or {weights: FILE, names: isoflop, head: new, freeze: [stem, stages.0], lr_factor: "
     "{stages: 0.1, head: 1}, bn: train}: weights to begin with (docs/finetuning.md)"},
};
#undef KEY

const YamlTable recipe_table = {"recipe", keys, ARRAY_LEN(keys)};

/* The bits, and their names in one order whatever the user's: digests hold them. */
static ErrCode read_vary(Recipe *recipe, Err *err)
{
    static const char *const in_order[][ARRAY_LEN(vary_names)] = {
        {NULL},    {"init"},          {"order"},          {"init", "order"},
        {"split"}, {"init", "split"}, {"order", "split"}, {"init", "order", "split"}};
    size_t n = 0;
    recipe->vary = 0;
    for (size_t i = 0; i < recipe->varied.n; i++)
        for (unsigned bit = 0; vary_names[bit] != NULL; bit++)
            if (strcmp(recipe->varied.v[i], vary_names[bit]) == 0)
                recipe->vary |= 1U << bit;
    if (recipe->vary == 0)
        return err_set(err, ERR_USAGE,
                       "'recipe.vary' is empty: seeds would all give the same training");
    while (in_order[recipe->vary][n] != NULL)
        n++;
    recipe->varied = (YamlStrings){in_order[recipe->vary], n};
    return ERR_NONE;
}

uint64_t recipe_seed(const Recipe *recipe, RecipeVary what, int64_t seed)
{
    return recipe->vary & (unsigned)what ? (uint64_t)seed : RECIPE_FIXED_SEED;
}

ErrCode recipe_check(Recipe *recipe, Err *err)
{
    TRY(read_vary(recipe, err));
    TRY(augment_parse(recipe->augments.v, recipe->augments.n, "recipe.augment", &recipe->augment,
                      err));
    TRY(regularise_read(&recipe->regularise, recipe->scale_regularisation, err));
    TRY(finetune_read(&recipe->finetune, recipe->init, err));
    if (recipe->adam_betas.n != N_BETAS)
        return err_set(err, ERR_USAGE, "'recipe.adam_betas' has %zu number%s, not 2",
                       recipe->adam_betas.n, text_plural((int64_t)recipe->adam_betas.n));
    if (recipe->warmup_epochs > (double)recipe->epochs)
        err_set(err, ERR_USAGE, "'recipe.warmup_epochs' is %g, more than all %lld epochs",
                recipe->warmup_epochs, (long long)recipe->epochs);
fail:
    return err->code;
}

int64_t recipe_batch_size(const Recipe *recipe, int64_t n_images)
{
    return recipe->batch < n_images ? recipe->batch : n_images;
}

int64_t recipe_steps_per_epoch(const Recipe *recipe, int64_t n_images)
{
    return epoch_steps(recipe->batch, n_images);
}

int64_t recipe_steps(const Recipe *recipe, int64_t n_images)
{
    return recipe->epochs * recipe_steps_per_epoch(recipe, n_images);
}

/* Steps that an average may reach back. */
static double longest_average(const Recipe *recipe, int64_t n_images)
{
    return (double)recipe_steps(recipe, n_images) / AVERAGED_SHARE;
}

double recipe_ema(const Recipe *recipe, int64_t n_images)
{
    if (!isnan(recipe->ema))
        return recipe->ema;
    const double n_steps = longest_average(recipe, n_images);
    if (n_steps <= 1)
        return 0;
    return n_steps < MOST_AVERAGED ? 1 - 1 / n_steps : 1 - 1 / MOST_AVERAGED;
}

void recipe_in_force(const Recipe *recipe, int64_t n_images, Text *out)
{
    char ema[TEXT_NUMBER_BYTES];
    const int64_t n_each = recipe_steps_per_epoch(recipe, n_images);
    text_printf(out, "batch %" PRId64 ", %" PRId64 " step%s an epoch, %" PRId64 " in all, ema %s",
                recipe_batch_size(recipe, n_images), n_each, text_plural(n_each),
                recipe_steps(recipe, n_images), text_digits(ema, recipe_ema(recipe, n_images)));
}

void recipe_warnings(const Recipe *recipe, int64_t n_images, Text *out)
{
    const int64_t n_steps = recipe_steps(recipe, n_images);
    if (recipe->batch > n_images)
        text_printf(out,
                    "batch %" PRId64 " is larger than the training set: a step has its %" PRId64
                    " images\n",
                    recipe->batch, n_images);
    if (n_steps < FEW_STEPS)
        text_printf(out,
                    "%" PRId64 " step%s in all: below %d a network has hardly begun to learn; more "
                    "epochs, more images or a smaller batch give more\n",
                    n_steps, text_plural(n_steps), FEW_STEPS);
    if (recipe->ema > 0 &&
        1 / (1 - recipe->ema) > longest_average(recipe, n_images) * (1 + ROUNDING)) {
        Recipe other = *recipe;
        char taken[TEXT_NUMBER_BYTES];
        other.ema = (double)NAN;
        text_printf(out, "ema ");
        text_append_double(out, recipe->ema);
        text_printf(out,
                    " averages over about %.0f steps, more than a tenth of all %" PRId64 ": "
                    "measured weights lag behind the trained ones, to chance accuracy at worst; "
                    "'ema: auto' would be %s\n",
                    1 / (1 - recipe->ema), n_steps,
                    text_digits(taken, recipe_ema(&other, n_images)));
    }
}

void recipe_ripeness_warnings(const Recipe *recipe, int64_t n_images, Text *out)
{
    const int64_t n_each = recipe_steps_per_epoch(recipe, n_images);
    const int64_t n_last = recipe->epochs / LAST_SHARE * n_each;
    if (recipe->warmup_epochs > 0 && n_each < FEW_WARMUP_STEPS)
        text_printf(out,
                    "warm-up has %" PRId64 " step%s an epoch, below %d: the learning rate leaps; "
                    "more images or a smaller batch give more\n",
                    n_each, text_plural(n_each), FEW_WARMUP_STEPS);
    if (n_last < FEW_LAST_STEPS)
        text_printf(out,
                    "the last quarter of the epochs has %" PRId64 " step%s, below %d: whether a "
                    "curve has bent by the end can hardly be seen, and its verdict may be unripe; "
                    "more epochs give more\n",
                    n_last, text_plural(n_last), FEW_LAST_STEPS);
    if (recipe->epochs < RIPENESS_LEAST_EPOCHS)
        text_printf(out,
                    "%" PRId64 " epoch%s in all: below %d no network is called ripe, and verdicts "
                    "that compare networks decide nothing\n",
                    recipe->epochs, text_plural(recipe->epochs), RIPENESS_LEAST_EPOCHS);
}

int64_t recipe_ripe_epochs(const Recipe *recipe, int64_t n_images)
{
    const int64_t n_each = recipe_steps_per_epoch(recipe, n_images);
    const int64_t all = (FEW_STEPS + n_each - 1) / n_each;
    const int64_t last = LAST_SHARE * ((FEW_LAST_STEPS + n_each - 1) / n_each);
    const int64_t by_steps = all > last ? all : last;
    return by_steps > RIPENESS_LEAST_EPOCHS ? by_steps : RIPENESS_LEAST_EPOCHS;
}

Schedule recipe_schedule(const Recipe *recipe, int64_t n_images)
{
    const int64_t steps = recipe_steps_per_epoch(recipe, n_images);
    return (Schedule){.kind = (ScheduleKind)recipe->schedule,
                      .lr = recipe->lr,
                      .warmup_epochs = recipe->warmup_epochs,
                      .decay_rate = recipe->decay_rate,
                      .epochs_per_decay = recipe->decay_epochs,
                      .steps_per_epoch = steps,
                      .n_steps = steps * recipe->epochs};
}

StepSettings recipe_step(const Recipe *recipe)
{
    const bool is_adam = recipe->optimizer == NET_ADAMW;
    return (StepSettings){.momentum = is_adam ? recipe->adam_betas.v[0] : recipe->momentum,
                          .decay = is_adam ? recipe->adam_betas.v[1] : recipe->rms_decay,
                          .epsilon = is_adam ? recipe->adam_epsilon : recipe->rms_epsilon,
                          .weight_decay = recipe->weight_decay,
                          .label_smoothing = recipe->label_smoothing};
}

void recipe_summary(const Recipe *recipe, Text *out)
{
    text_printf(out, "%lld epoch%s, batch %lld, %s, lr ", (long long)recipe->epochs,
                text_plural(recipe->epochs), (long long)recipe->batch,
                optimizer_names[recipe->optimizer]);
    text_append_double(out, recipe->lr);
    text_printf(out, " %s, warm-up ", schedule_names[recipe->schedule]);
    text_append_double(out, recipe->warmup_epochs);
    text_append(out, ", weight decay ");
    text_append_double(out, recipe->weight_decay);
    text_append(out, ", smoothing ");
    text_append_double(out, recipe->label_smoothing);
    text_append(out, ", ema ");
    if (isnan(recipe->ema))
        text_append(out, auto_names[0]);
    else
        text_append_double(out, recipe->ema);
    text_append(out, ", augment");
    for (size_t i = 0; i < recipe->augments.n; i++)
        text_printf(out, " %s", recipe->augments.v[i]);
    if (recipe->vary != (RECIPE_VARY_INIT | RECIPE_VARY_ORDER))
        text_append(out, ", seeds vary");
    for (size_t i = 0; i < recipe->varied.n; i++)
        if (recipe->vary != (RECIPE_VARY_INIT | RECIPE_VARY_ORDER))
            text_printf(out, " %s", recipe->varied.v[i]);
    if (recipe->regularise.is_on) {
        text_append(out, ", regularisation grows: ");
        regularise_text(&recipe->regularise, out);
    }
    if (recipe->finetune.is_on) {
        text_append(out, ", ");
        finetune_text(&recipe->finetune, out);
    }
}
