/* harness/cli/options_help.c: `isoflop COMMAND --help`, from the very tables that parse. */
#include "harness/cli/options_help.h"

#include "harness/cli/shared_options.h"

#include <string.h>

enum { HELP_COLUMN = 26, HELP_COLUMNS = 100 };

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
    Option buffer[SHARED_OPTIONS_MAX];
    const OptionTable shared = shared_options(command, buffer);
    help_table(&shared, out);
    for (int i = 0; command->notes != NULL && command->notes[i] != NULL; i++)
        append_wrapped(out, command->notes[i]);
}
