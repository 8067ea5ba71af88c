/* harness/cli/options.c: parsing and help, both from the option tables. */
#include "harness/cli/options.h"

#include "base/cpu.h"
#include "base/proc.h"

#include <string.h>

enum { MAX_THREADS = 1024, MAX_NAMES = 64, HELP_COLUMN = 26, HELP_COLUMNS = 100 };

/* Options of every command; those after --version only if the command wants them. */
typedef struct SharedSettings {
    bool help, version, verbose;
    int64_t threads;
    const char *cpu;
    bool json;
    OptionList sets;
    const char *data_root;
} SharedSettings;

static const Option shared_options[] = {
    {.name = "threads",
     .kind = OPTION_INT,
     .offset = offsetof(SharedSettings, threads),
     .metavar = "T",
     .min = 1,
     .max = MAX_THREADS,
     .doc =
         "threads of the whole process (default: what the affinity mask and cgroup quota allow)"},
    {.name = "cpu",
     .kind = OPTION_TEXT,
     .offset = offsetof(SharedSettings, cpu),
     .metavar = "LEVEL",
     .doc = "highest instruction set used: generic, avx2 or avx512 (default: ISOFLOP_CPU, or the "
            "best)"},
    {.name = "help",
     .kind = OPTION_FLAG,
     .offset = offsetof(SharedSettings, help),
     .doc = "show this help"},
    {.name = "version",
     .kind = OPTION_FLAG,
     .offset = offsetof(SharedSettings, version),
     .doc = "show the version; with --verbose also compiler, flags, kernels, libraries"},
    {.name = "verbose",
     .kind = OPTION_FLAG,
     .offset = offsetof(SharedSettings, verbose),
     .is_hidden = true,
     .doc = "more of --version"},
};
static const Option json_option = {.name = "json",
                                   .kind = OPTION_FLAG,
                                   .offset = offsetof(SharedSettings, json),
                                   .doc = "print JSON on stdout"};
static const Option set_option = {
    .name = "set",
    .kind = OPTION_LIST,
    .offset = offsetof(SharedSettings, sets),
    .metavar = "PATH=VALUE",
    .doc = "override a key of the study, e.g. recipe.epochs=3; repeatable"};
static const Option root_option = {.name = "data-root",
                                   .kind = OPTION_TEXT,
                                   .offset = offsetof(SharedSettings, data_root),
                                   .metavar = "DIR",
                                   .doc = "folder of data sets (default: ISOFLOP_DATA)"};

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

/* The shared options a command takes, as one table in `options`. */
static OptionTable shared_table(const Command *command, Option *options)
{
    size_t n = 0;
    if (command->shared & SHARED_JSON)
        options[n++] = json_option;
    if (command->shared & SHARED_SET)
        options[n++] = set_option;
    if (command->shared & SHARED_DATA_ROOT)
        options[n++] = root_option;
    for (size_t i = 0; i < ARRAY_LEN(shared_options); i++)
        options[n++] = shared_options[i];
    return (OptionTable){options, n};
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
        if (!is_in_range(option, (double)number))
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

static ErrCode finish_call(Call *call, const SharedSettings *values, Err *err)
{
    const char *level = values->cpu != NULL ? values->cpu : proc_env("ISOFLOP_CPU");
    call->cpu = cpu_best_level();
    if (level != NULL && cpu_level_parse(level, &call->cpu, err) != ERR_NONE)
        return err->code;
    call->threads = values->threads ? (int)values->threads : cpu_available_threads();
    call->json = values->json;
    call->sets = values->sets;
    call->data_root = values->data_root;
    call->has_color = proc_is_terminal(1) && proc_env("NO_COLOR") == NULL;
    call->has_progress = proc_is_terminal(2);
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
    Option buffer[ARRAY_LEN(shared_options) + 3];
    const OptionTable shared = shared_table(call->command, buffer);
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
    *wish = (OptionsWish){values.help, values.version, values.verbose};
    if (wish->help || wish->version)
        return ERR_NONE;
    return finish_call(call, &values, err);
}

static void help_table(const OptionTable *table, Text *out)
{
    for (size_t i = 0; i < table->n_options; i++) {
        const Option *option = &table->options[i];
        if (option->kind == OPTION_TABLE) {
            help_table(option->table, out);
            continue;
        }
        if (option->is_hidden)
            continue;
        const size_t begin = out->n_bytes;
        text_printf(out, "  --%s%s%s", option->name, option->metavar != NULL ? " " : "",
                    option->metavar != NULL ? option->metavar : "");
        const size_t used = out->n_bytes - begin;
        if (used + 2 > HELP_COLUMN) {
            text_append_char(out, '\n');
            text_repeat(out, ' ', HELP_COLUMN);
        } else {
            text_repeat(out, ' ', HELP_COLUMN - used);
        }
        text_append(out, option->doc);
        if (option->kind == OPTION_ENUM) {
            text_append(out, ": ");
            for (int k = 0; option->names[k]; k++)
                text_printf(out, "%s%s", k ? ", " : "", option->names[k]);
        }
        if (option->fallback != NULL)
            text_printf(out, " (default: %s)", option->fallback);
        text_append_char(out, '\n');
    }
}

/* A paragraph, broken between words at HELP_COLUMNS, after an empty line. */
static void append_wrapped(Text *out, const char *paragraph)
{
    size_t column = 0;
    text_append_char(out, '\n');
    for (const char *word = paragraph; *word;) {
        const size_t n = strcspn(word, " ");
        if (column && column + 1 + n > HELP_COLUMNS) {
            text_append_char(out, '\n');
            column = 0;
        } else if (column) {
            text_append_char(out, ' ');
            column++;
        }
        text_append_bytes(out, word, n);
        column += n;
        word += n + (word[n] == ' ');
    }
    text_append_char(out, '\n');
}

void options_help(const Command *command, Text *out)
{
    for (int i = 0; command->usage[i]; i++)
        text_printf(out, "%s isoflop %s %s\n", i ? "      " : "usage:", command->name,
                    command->usage[i]);
    text_printf(out, "\n%s\n\noptions:\n", command->summary);
    help_table(&command->options, out);
    Option buffer[ARRAY_LEN(shared_options) + 3];
    const OptionTable shared = shared_table(command, buffer);
    help_table(&shared, out);
    for (int i = 0; command->notes != NULL && command->notes[i] != NULL; i++)
        append_wrapped(out, command->notes[i]);
}

void options_overview(Text *out)
{
    text_append(out, "usage: isoflop COMMAND [OPTION...] [ARGUMENT...]\n\n"
                     "given more compute, how should a convolutional network grow?\n\ncommands:\n");
    for (size_t i = 0; commands[i]; i++)
        if (!commands[i]->is_hidden)
            text_printf(out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    text_append(out, "\n'isoflop COMMAND --help' shows the options of one command.\n"
                     "Start with: isoflop run quickstart\n");
}
