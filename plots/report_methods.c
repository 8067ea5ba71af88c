/* plots/report_methods.c: one query for the numbers, sentences around them. */
#include "plots/report_methods.h"

#include "plots/html.h"
#include "plots/report_query.h"
#include "plots/tabular.h"

#include <inttypes.h>
#include <string.h>

/* A column of the one row, "" where it is NULL. */
static const char *value_of(const StoreTable *t, const char *name)
{
    for (size_t c = 0; t->n_rows > 0 && c < t->n_columns; c++)
        if (strcmp(t->names[c], name) == 0 && t->cells[c] != NULL)
            return t->cells[c];
    return "";
}

static void put_data(Text *page, const StoreResults *r)
{
    const StoreStudy *s = &r->study;
    html_markup(page, "<p><strong>Data.</strong> ");
    html_printf(page,
                "%s%s, %d classes: %" PRId64 " images to train, %" PRId64 " to validate, %" PRId64
                " to test, the same for all networks (digest %s). What was chosen was chosen by "
                "validation accuracy; test accuracy is read once, after the last epoch, and "
                "decides nothing but verdicts. ",
                s->data_name, s->is_demo ? " (constructed: DEMO)" : "", s->classes, s->n_train,
                s->n_val, s->n_test, s->data_digest);
}

static void put_training(Text *page, const StoreResults *r, const StoreTable *t)
{
    char number[TEXT_NUMBER_BYTES];
    double work = 0;
    html_markup(page, "<strong>Networks and recipe.</strong> ");
    html_printf(page,
                "%s networks made of %s (%s MACs), all trained by one recipe: %s; epochs: %s. ",
                value_of(t, "networks"), r->study.baseline,
                text_human(number, (double)r->revision.baseline_macs), r->revision.recipe,
                value_of(t, "epochs"));
    html_markup(page, "<strong>Seeds.</strong> ");
    html_printf(page, "%s", value_of(t, "seeds"));
    if (value_of(t, "own_seeds")[0] != '\0')
        html_printf(page, "; %s for what was trained anew after a choice",
                    value_of(t, "own_seeds"));
    html_printf(page,
                ". Trials of one seed see the same images in the same order and are compared seed "
                "by seed. %s trials: %s done, %s diverged, %s failed. ",
                value_of(t, "trials"), value_of(t, "done"), value_of(t, "diverged"),
                value_of(t, "failed"));
    html_markup(page, "<strong>Cost.</strong> ");
    html_printf(
        page,
        "Multiply-adds (MACs, the papers' \"FLOPS\") of convolutions, squeeze-and-"
        "excitation and linear layers, counted over the very operations that are executed "
        "for one image, not taken from multipliers; networks are compared only within "
        "%.3g %% of equal counts. All training took %s MACs (three for each of inference) "
        "and %s hours of trials. ",
        100.0 * r->revision.fairness_tolerance,
        text_human(number, text_to_double(value_of(t, "training_macs"), &work) ? work : 0.0),
        value_of(t, "hours"));
}

static void put_machine(Text *page, const StoreResults *r, const StoreTable *t)
{
    html_markup(page, "<strong>Statistics.</strong> ");
    html_text(page, "Intervals are two-sided 90 % unless said otherwise, over seeds; each verdict "
                    "states its rule, which was in the program before the first run. They speak of "
                    "these networks, this data and this recipe. ");
    html_markup(page, "<strong>Program and machine.</strong> ");
    html_printf(page,
                "isoflop %s, arithmetic revision %d, on %s. Results are the same bits for any "
                "number of threads or workers, any instruction set, and after crashes.",
                value_of(t, "builds")[0] ? value_of(t, "builds") : "of an unknown build",
                r->study.arithmetic,
                value_of(t, "cpus")[0] ? value_of(t, "cpus") : "an unknown machine");
    html_markup(page, "</p>\n");
}

/* "ID/STRATEGY/ledger": other ledgers have no strategy. */
static bool has_search(const StoreResults *r)
{
    for (size_t i = 0; i < r->n_facts; i++) {
        const char *name = r->facts[i].name, *strategy = strchr(name, '/');
        if (strategy != NULL && strchr(strategy + 1, '/') != NULL &&
            text_ends_with(name, "/ledger"))
            return true;
    }
    return false;
}

static void put_checklist(Text *page, Store *store, Arena *arena)
{
    StoreTable table;
    html_markup(page, "<h3>What a report of a scaling study should say</h3>\n");
    if (report_ask_file(page, store, "checklist_scaling.sql", arena, &table))
        report_rows(page, &table);
}

/*
 * A key or braced text of BibTeX. It counts braces whatever stands before them, so they are left
 * out, and backslashes; other signs of a text are escaped for TeX.
 */
static void put_bibtex(Text *page, const char *text, bool is_key)
{
    Text plain = {0}, tex = {0};
    for (; *text; text++)
        if (is_key ? strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-",
                            *text) != NULL
                   : strchr("{}\\", *text) == NULL)
            text_append_char(&plain, *text);
    if (!is_key)
        tabular_append_tex(&tex, text_string(&plain));
    html_text(page, text_string(is_key ? &plain : &tex));
    page->failed |= plain.failed || tex.failed;
    text_release(&plain);
    text_release(&tex);
}

static void put_citation(Text *page, const StoreResults *r, const char *version,
                         const StoreTable *t)
{
    html_markup(page, "<h3>To cite it</h3>\n<pre>@misc{");
    put_bibtex(page, r->study.name, true);
    html_markup(page, ",\n  title  = \"{");
    put_bibtex(page, r->study.name, false);
    html_markup(page, ": a compound-scaling study of ");
    put_bibtex(page, r->study.baseline, false);
    html_markup(page, " on ");
    put_bibtex(page, r->study.data_name, false);
    html_markup(page, "}\",\n  key    = {");
    put_bibtex(page, r->study.name, false); /* what it is sorted by: it names no author */
    html_markup(page, "},\n  year   = {");
    put_bibtex(page, value_of(t, "year"), false);
    html_markup(page, "},\n  note   = {isoflop ");
    put_bibtex(page, version != NULL ? version : "", false);
    html_printf(page, ", arithmetic revision %d, study digest %s, data digest ",
                r->study.arithmetic, r->revision.digest);
    put_bibtex(page, r->study.data_digest, false);
    html_markup(
        page,
        "}\n}\n\n@inproceedings{tan2019efficientnet,\n  title     = \"{EfficientNet}: Rethinking "
        "Model Scaling for Convolutional Neural Networks\",\n  author    = {Tan, Mingxing and Le, "
        "Quoc V.},\n  booktitle = {Proceedings of the 36th International Conference on Machine "
        "Learning},\n  series    = {Proceedings of Machine Learning Research},\n  volume    = "
        "{97},\n  pages     = {6105--6114},\n  year      = {2019}\n}</pre>\n");
}

void report_methods(Text *page, Store *store, const StoreResults *results, const char *version,
                    Arena *arena)
{
    StoreTable t;
    if (!report_ask_file(page, store, "methods.sql", arena, &t))
        return;
    put_data(page, results);
    put_training(page, results, &t);
    put_machine(page, results, &t);
    if (!has_search(results))
        put_checklist(page, store, arena);
    put_citation(page, results, version, &t);
}
