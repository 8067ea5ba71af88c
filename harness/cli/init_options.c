/* harness/cli/init_options.c: rows, and the settings that they stand for. */
#include "harness/cli/init_options.h"

#include "base/yaml.h"
#include "weights/naming.h"

static const char *const head_choices[] = {"auto", "new", "keep", NULL};

#define FIELD(field) offsetof(InitOptions, field)
static const Option rows[] = {
    {.name = "init",
     .kind = OPTION_TEXT,
     .offset = FIELD(init),
     .metavar = "W",
     .doc = "weight file to start from"},
    {.name = "names",
     .kind = OPTION_ENUM,
     .offset = FIELD(names),
     .metavar = "WHOSE",
     .fallback = "isoflop",
     .names = naming_names,
     .doc = "names in W; other than isoflop: W is fine-tuned"},
    {.name = "head",
     .kind = OPTION_ENUM,
     .offset = FIELD(head),
     .metavar = "HEAD",
     .fallback = "auto",
     .names = head_choices,
     .doc = "classifier; other than auto: W is fine-tuned, with a new one or its own"},
};
#undef FIELD

const OptionTable init_options = {rows, ARRAY_LEN(rows)};

static bool is_fine_tuning(const Call *call, const InitOptions *options)
{
    bool found = options->head != 0 || options->names != 0;
    for (size_t i = 0; i < call->sets.n; i++)
        found = found || text_starts_with(call->sets.v[i], "recipe.init");
    return found;
}

static ErrCode add(InitSets *sets, Text *text, const char *key, const char *value, Err *err)
{
    OptionList *list = &sets->call.sets;
    text_printf(text, "recipe.init.%s=", key);
    yaml_emit_string(value, text);
    TRY(text_ok(text, err));
    if (list->n == OPTION_LIST_MAX)
        return err_set(err, ERR_USAGE, "too many '--set' beside '--init', at most %d",
                       OPTION_LIST_MAX - 3);
    list->v[list->n++] = text_string(text);
fail:
    return err->code;
}

ErrCode init_options_sets(InitSets *out, const Call *call, const InitOptions *options, Err *err)
{
    *out = (InitSets){.call = *call, .is_tuned = is_fine_tuning(call, options)};
    if (!out->is_tuned)
        return ERR_NONE;
    if (options->init != NULL)
        TRY(add(out, &out->weights, "weights", options->init, err));
    if (options->names != 0)
        TRY(add(out, &out->names, "names", naming_names[options->names], err));
    if (options->head != 0)
        TRY(add(out, &out->head, "head", head_choices[options->head], err));
fail:
    return err->code;
}

void init_options_release(InitSets *sets)
{
    text_release(&sets->weights);
    text_release(&sets->names);
    text_release(&sets->head);
}
