/* plots/report_search.c: facts become networks, queries become tables. */
#include "plots/report_search.h"

#include "plots/html.h"
#include "plots/report_network.h"
#include "plots/report_query.h"

#include "base/err.h"

#include <string.h>

enum { MAX_NETWORKS = 16 };

/* Networks to draw; one that several facts name is drawn once. */
typedef struct Gallery {
    ReportNetwork items[MAX_NETWORKS];
    size_t n;
} Gallery;

static void add_network(Gallery *gallery, Store *store, const char *digest, const char *what,
                        Arena *arena)
{
    Err ignored = {0};
    for (size_t i = 0; i < gallery->n; i++)
        if (strcmp(gallery->items[i].network.digest, digest) == 0) {
            gallery->items[i].what =
                arena_printf(arena, "%s; %s", gallery->items[i].what, what != NULL ? what : "");
            return;
        }
    if (gallery->n == MAX_NETWORKS || what == NULL)
        return;
    ReportNetwork *network = &gallery->items[gallery->n];
    if (store_network(store, digest, arena, &network->network, &ignored) != ERR_NONE)
        return;
    network->what = what;
    gallery->n++;
}

/* Whether "ID/winner" is of a search: then there is an "ID/.../ledger". */
static bool is_search(const StoreResults *results, const char *id, size_t n_id)
{
    for (size_t i = 0; i < results->n_facts; i++) {
        const char *name = results->facts[i].name;
        if (strncmp(name, id, n_id) == 0 && name[n_id] == '/' &&
            text_ends_with(name + n_id, "/ledger"))
            return true;
    }
    return false;
}

/* Whether a network was one of those that a retrain trained. */
static bool is_trained_anew(const StoreResults *results, const char *network)
{
    for (size_t i = 0; i < results->n_points; i++) {
        const StorePoint *p = &results->points[i].point;
        if (store_is_part(p, "retrain") && p->network != NULL && strcmp(p->network, network) == 0)
            return true;
    }
    return false;
}

/* The baseline that a retrain has trained beside what was found. */
static void add_given(Gallery *gallery, Store *store, const StoreResults *results, Arena *arena)
{
    for (size_t i = 0; i < results->n_points && gallery->n == 0; i++) {
        const StorePoint *p = &results->points[i].point;
        if (store_is_part(p, "retrain") && strcmp(p->series, "baseline") == 0 && p->network != NULL)
            add_network(gallery, store, p->network, "given", arena);
    }
}

/* What searches came to first, then what retrains chose. */
static void add_found(Gallery *gallery, Store *store, const StoreResults *results, bool of_searches,
                      Arena *arena)
{
    static const char suffix[] = "/winner";
    for (size_t i = 0; i < results->n_facts; i++) {
        const StoreFact *f = &results->facts[i];
        const size_t n_name = strlen(f->name);
        if (f->network == NULL || !text_ends_with(f->name, suffix))
            continue;
        const size_t n_id = n_name - (sizeof suffix - 1);
        const bool is_of_search = is_search(results, f->name, n_id);
        if (is_of_search != of_searches || (!is_of_search && !is_trained_anew(results, f->network)))
            continue;
        add_network(gallery, store, f->network,
                    arena_printf(arena, of_searches ? "found by %.*s" : "chosen by %.*s", (int)n_id,
                                 f->name),
                    arena);
    }
}

static void put_networks(Text *page, Store *store, const StoreResults *results, Arena *arena)
{
    Gallery gallery = {0};
    add_given(&gallery, store, results, arena);
    const bool has_given = gallery.n > 0;
    add_found(&gallery, store, results, true, arena);
    add_found(&gallery, store, results, false, arena);
    if (gallery.n == has_given) {
        html_markup(page, "<p>No search has ended yet.</p>\n");
        return;
    }
    html_markup(page, "<h3>Architecture</h3>\n");
    report_networks(page, gallery.items, gallery.n, arena);
    html_markup(page, "<p class=\"note\">A bar is a layer, as high as its maps have pixels, wider "
                      "with more channels; the stronger colour has kernels of more than 3×3, a "
                      "mark on top is squeeze and excitation (SE).");
    html_markup(page, has_given ? " What differs from the given baseline is bold.</p>\n"
                                : " The given baseline was not trained in this study (a part "
                                  "<code>retrain</code> does that) and is not drawn.</p>\n");
}

/* An embedded query as a table; false: it has no rows. */
static bool put_query(Text *page, Store *store, const char *file, const char *heading, Arena *arena)
{
    StoreTable table = {0};
    if (!report_ask_file(page, store, file, arena, &table) || table.n_rows == 0)
        return false;
    html_element(page, "h3", heading);
    html_markup(page, "\n");
    report_rows(page, &table);
    return true;
}

void report_search(Text *page, Store *store, const StoreResults *results, Arena *arena)
{
    Text tables = {0};
    if (put_query(&tables, store, "ledger.sql", "Ledger", arena)) {
        put_query(&tables, store, "checklist.sql", "What a report of a search should say", arena);
        html_markup(page, "<section aria-labelledby=\"h-search\">\n<h2 id=\"h-search\">What was "
                          "searched, and what was found</h2>\n");
        put_networks(page, store, results, arena);
        html_markup(page, text_string(&tables));
        html_markup(page, "</section>\n");
    }
    page->failed |= tables.failed;
    text_release(&tables);
}
