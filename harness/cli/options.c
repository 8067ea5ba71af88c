/* harness/cli/options.c: parsing by the option tables. */
#include "harness/cli/options.h"

#include "harness/cli/shared_options.h"

#include "base/cpu.h"
#include "base/proc.h"

#include <string.h>

enum { MAX_NAMES = 64 };

/* Where an option was found: its declaration and the struct its offset counts from. */
typedef struct Found {
    const Option *option;
    unsigned char *base;
} Found;

static bool find_in_table(const OptionTable *table, unsigned char *base, const char *name,
                          size_t n_name, Found *found)
{
    for (size_t i = 0; i < table->n_options; i++) {
        const Option *option = &table->options[i];
        if (option->kind == OPTION_TABLE) {
            if (find_in_table(option->table, base + option->offset, name, n_name, found))
                return true;
        } else if (strlen(option->name) == n_name && memcmp(option->name, name, n_name) == 0) {
            *found = (Found){option, base + option->offset};
            return true;
        }
    }
    return false;
}

static size_t collect_names(const OptionTable *table, const char **names, size_t n)
{
    for (size_t i = 0; i < table->n_options && n < MAX_NAMES; i++) {
        if (table->options[i].kind == OPTION_TABLE)
            n = collect_names(table->options[i].table, names, n);
        else if (!table->options[i].is_hidden)
            names[n++] = table->options[i].name;
    }
    return n;
}

static ErrCode unknown_option(const Command *command, const OptionTable *shared, const char *name,
                              size_t n_name, Err *err)
{
    const char *names[MAX_NAMES];
    size_t n = collect_names(&command->options, names, 0);
    n = collect_names(shared, names, n);
    char wrong[TEXT_NUMBER_BYTES * 2];
    const size_t n_copy = n_name < sizeof wrong - 1 ? n_name : sizeof wrong - 1;
    memcpy(wrong, name, n_copy);
    wrong[n_copy] = '\0';
    const char *near = text_nearest(wrong, names, n);
    if (near != NULL)
        return err_set(err, ERR_USAGE, "unknown option '--%s', did you mean '--%s'?", wrong, near);
    return err_set(err, ERR_USAGE, "unknown option '--%s', see 'isoflop %s --help'", wrong,
                   command->name);
}

/* Whole numbers beyond 2^53 are no doubles: the one beside a bound would pass for the bound. */
static bool is_int_in_range(const Option *option, int64_t value)
{
    const bool is_bounded = option->min < 0 || option->min > 0 || option->max > 0;
    return !is_bounded || (value >= (int64_t)option->min && value <= (int64_t)option->max);
}

static bool is_in_range(const Option *option, double value)
{
    return (option->min == 0 && option->max == 0) || (value >= option->min && value <= option->max);
}

static ErrCode store_enum(const Option *option, const char *value, int *field, Err *err)
{
    Text known = {0};
    for (int i = 0; option->names[i]; i++) {
        if (strcmp(option->names[i], value) == 0) {
            *field = i;
            text_release(&known);
            return ERR_NONE;
        }
        text_printf(&known, "%s%s", i ? ", " : "", option->names[i]);
    }
    const ErrCode code = err_set(err, ERR_USAGE, "option '--%s' cannot be '%s', only %s",
                                 option->name, value, text_string(&known));
    text_release(&known);
    return code;
}

/* Parses the value by the option's kind into its field. */
static ErrCode store_value(const Found *found, const char *value, Err *err)
{
    const Option *option = found->option;
    switch (option->kind) {
    case OPTION_INT: {
        int64_t number = 0;
        if (!text_to_int64(value, &number))
            return err_set(err, ERR_USAGE, "option '--%s' must be a whole number, not '%s'",
                           option->name, value);
        if (!is_int_in_range(option, number))
            return err_set(err, ERR_USAGE, "option '--%s' must be between %.0f and %.0f, not %s",
                           option->name, option->min, option->max, value);
        memcpy(found->base, &number, sizeof number);
        return ERR_NONE;
    }
    case OPTION_NUMBER: {
        double number = 0;
        if (!text_to_double(value, &number))
            return err_set(err, ERR_USAGE, "option '--%s' must be a finite number, not '%s'",
                           option->name, value);
        if (!is_in_range(option, number))
            return err_set(err, ERR_USAGE, "option '--%s' must be between %g and %g, not %s",
                           option->name, option->min, option->max, value);
        memcpy(found->base, &number, sizeof number);
        return ERR_NONE;
    }
    case OPTION_TEXT:
        memcpy(found->base, &value, sizeof value);
        return ERR_NONE;
    case OPTION_ENUM: {
        int index = 0;
        if (store_enum(option, value, &index, err) != ERR_NONE)
            return err->code;
        memcpy(found->base, &index, sizeof index);
        return ERR_NONE;
    }
    case OPTION_LIST: {
        OptionList *const list = (OptionList *)(void *)found->base;
        if (list->n == OPTION_LIST_MAX)
            return err_set(err, ERR_USAGE, "option '--%s' is given more than %d times",
                           option->name, OPTION_LIST_MAX);
        list->v[list->n++] = value;
        return ERR_NONE;
    }
    case OPTION_FLAG:
    case OPTION_TABLE:
        break;
    }
    return err_set(err, ERR_INTERNAL, "option '--%s' has no value", option->name);
}

static ErrCode store_fallbacks(const OptionTable *table, unsigned char *base, Err *err)
{
    for (size_t i = 0; i < table->n_options; i++) {
        const Option *option = &table->options[i];
        const Found found = {option, base + option->offset};
        if (option->kind == OPTION_TABLE) {
            if (store_fallbacks(option->table, found.base, err) != ERR_NONE)
                return err->code;
        } else if (option->fallback != NULL &&
                   store_value(&found, option->fallback, err) != ERR_NONE) {
            return err->code;
        }
    }
    return ERR_NONE;
}

/* Parses the option at argv[*at]; moves *at to its last word. */
static ErrCode parse_option(Call *call, const OptionTable *shared, SharedSettings *values, int argc,
                            const char **argv, int *at, Err *err)
{
    const char *name = argv[*at] + 2;
    const char *equals = strchr(name, '=');
    const size_t n_name = equals != NULL ? (size_t)(equals - name) : strlen(name);
    Found found;
    if (!find_in_table(&call->command->options, call->settings, name, n_name, &found) &&
        !find_in_table(shared, (unsigned char *)values, name, n_name, &found))
        return unknown_option(call->command, shared, name, n_name, err);
    if (found.option->kind == OPTION_FLAG) {
        if (equals != NULL)
            return err_set(err, ERR_USAGE, "option '--%s' takes no value", found.option->name);
        const bool yes = true;
        memcpy(found.base, &yes, sizeof yes);
        return ERR_NONE;
    }
    if (equals != NULL)
        return store_value(&found, equals + 1, err);
    if (*at + 1 == argc)
        return err_set(err, ERR_USAGE, "option '--%s' needs a value (%s)", found.option->name,
                       found.option->metavar);
    *at += 1;
    return store_value(&found, argv[*at], err);
}

/* The level asked for, or NULL. */
static const char *asked_level(const SharedSettings *values)
{
    return values->cpu != NULL ? values->cpu : proc_env("ISOFLOP_CPU");
}

/* What has no meaning with --version is refused only if it is no option at all. */
static ErrCode finish_version(const Call *call, const SharedSettings *values, OptionsWish *wish,
                              Err *err)
{
    const char *level = asked_level(values);
    wish->cpu = cpu_best_level();
    if (call->n_args > call->command->max_args)
        return err_set(err, ERR_USAGE, "unexpected argument '%s' with '--version'",
                       call->args[call->command->max_args]);
    return level == NULL ? ERR_NONE : cpu_level_named(level, &wish->cpu, err);
}

static ErrCode finish_call(Call *call, const SharedSettings *values, Err *err)
{
    call->cpu_asked = values->cpu;
    const char *level = asked_level(values);
    call->cpu = cpu_best_level();
    if (level != NULL && cpu_level_parse(level, &call->cpu, err) != ERR_NONE)
        return err->code;
    call->has_threads = values->threads != 0;
    call->threads = values->threads ? (int)values->threads : cpu_available_threads();
    call->json = values->json;
    call->verbose = values->verbose;
    call->sets = values->sets;
    call->data_root = values->data_root;
    const Command *command = call->command;
    if (call->n_args < command->min_args)
        return err_set(err, ERR_USAGE, "an argument is missing, usage: isoflop %s %s",
                       command->name, command->usage[0]);
    if (call->n_args > command->max_args)
        return err_set(err, ERR_USAGE, "unexpected argument '%s', usage: isoflop %s %s",
                       call->args[command->max_args], command->name, command->usage[0]);
    return ERR_NONE;
}

ErrCode options_parse(Call *call, OptionsWish *wish, int argc, const char **argv, Err *err)
{
    Option buffer[SHARED_OPTIONS_MAX];
    const OptionTable shared = shared_options(call->command, buffer);
    SharedSettings values = {0};
    if (store_fallbacks(&call->command->options, call->settings, err) != ERR_NONE)
        return err->code;
    size_t n_args = 0;
    bool only_args = false;
    for (int i = 0; i < argc; i++) {
        if (!only_args && strcmp(argv[i], "--") == 0) {
            only_args = true;
        } else if (!only_args && strcmp(argv[i], "-h") == 0) {
            values.help = true;
        } else if (!only_args && strncmp(argv[i], "--", 2) == 0) {
            if (parse_option(call, &shared, &values, argc, argv, &i, err) != ERR_NONE)
                return err->code;
        } else if (!only_args && argv[i][0] == '-' && argv[i][1] != '\0') {
            return err_set(err, ERR_USAGE, "unknown option '%s', options begin with '--'", argv[i]);
        } else {
            argv[n_args++] = argv[i];
        }
    }
    call->args = argv;
    call->n_args = n_args;
    call_look_around(call);
    *wish =
        (OptionsWish){.help = values.help, .version = values.version, .verbose = values.verbose};
    if (wish->help)
        return ERR_NONE;
    if (wish->version)
        return finish_version(call, &values, wish, err);
    return finish_call(call, &values, err);
}
