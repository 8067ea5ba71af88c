/* harness/cli/options_help.c: `isoflop COMMAND --help`, from the very tables that parse. */
#include "harness/cli/options_help.h"

#include "harness/cli/shared_options.h"

#include <string.h>

enum { HELP_COLUMN = 26 };

/* What an option is for, its values and its default. */
static void describe(const Option *option, Text *out)
{
    text_append(out, option->doc);
    if (option->kind == OPTION_ENUM) {
        text_append(out, ": ");
        for (int k = 0; option->names[k]; k++)
            text_printf(out, "%s%s", k ? ", " : "", option->names[k]);
    }
    if (option->fallback != NULL)
        text_printf(out, " (default: %s)", option->fallback);
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
        Text doc = {0};
        describe(option, &doc);
        text_append_wrapped(out, text_string(&doc), HELP_COLUMN);
        text_append_char(out, '\n');
        out->failed |= doc.failed;
        text_release(&doc);
    }
}

/* An option and its value stay together where a usage line is broken. */
static void append_usage(const char *usage, size_t column, Text *out)
{
    const size_t columns = text_columns(out), indent = column;
    for (const char *group = usage; *group != '\0';) {
        size_t n = 0;
        int depth = 0;
        while (group[n] != '\0' && (depth > 0 || group[n] != ' ')) {
            depth += group[n] == '[';
            depth -= group[n] == ']';
            n++;
        }
        if (column + 1 + n > columns) {
            text_append_char(out, '\n');
            text_repeat(out, ' ', indent);
            column = indent;
        }
        text_append_char(out, ' ');
        text_append_bytes(out, group, n);
        column += 1 + n;
        group += n + (group[n] == ' ');
    }
    text_append_char(out, '\n');
}

void options_help(const Command *command, Text *out)
{
    for (int i = 0; command->usage[i]; i++) {
        text_printf(out, "%s isoflop %s", i ? "      " : "usage:", command->name);
        append_usage(command->usage[i], strlen("usage: isoflop ") + strlen(command->name), out);
    }
    text_append_char(out, '\n');
    text_append_wrapped(out, command->summary, 0);
    text_append(out, "\n\noptions:\n");
    help_table(&command->options, out);
    Option buffer[SHARED_OPTIONS_MAX];
    const OptionTable shared = shared_options(command, buffer);
    help_table(&shared, out);
    for (int i = 0; command->notes != NULL && command->notes[i] != NULL; i++) {
        text_append_char(out, '\n');
        text_append_wrapped(out, command->notes[i], 0);
        text_append_char(out, '\n');
    }
}
