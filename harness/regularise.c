/* harness/regularise.c: a line in the logarithm of the cost, cut off at its ends. */
#include "harness/regularise.h"

#include "base/fmath.h"

#include <math.h>
#include <string.h>

#define MOST_RATE 0.99  /* as the network's own keys have it */
#define LEAST_COST 1e-3 /* over the baseline's */
#define MOST_COST 1e6
#define RATE_UNIT 1e-4

/* --- reading --- */

static ErrCode read_pair(double out[REGULARISE_ENDS], const YamlNode *node, double low, double high,
                         Err *err)
{
    if (node->kind != YAML_LIST || node->n_items != REGULARISE_ENDS)
        return yaml_wrong_type(node, "a list of two numbers", err);
    for (int i = 0; i < REGULARISE_ENDS; i++)
        TRY(yaml_as_double(node->items[i], low, high, &out[i], err));
fail:
    return err->code;
}

static ErrCode read_item(Regularise *out, const YamlNode *item, Err *err)
{
    static const char *const names[] = {"dropout", "drop_connect", "at", NULL};
    if (strcmp(item->key, "dropout") == 0)
        return read_pair(out->dropout, item, 0, MOST_RATE, err);
    if (strcmp(item->key, "drop_connect") == 0)
        return read_pair(out->drop_connect, item, 0, MOST_RATE, err);
    if (strcmp(item->key, "at") == 0)
        return read_pair(out->at, item, LEAST_COST, MOST_COST, err);
    return yaml_unknown_key(item, "scale_regularisation", names, err);
}

ErrCode regularise_read(Regularise *out, const YamlNode *node, Err *err)
{
    const double none = (double)NAN;
    *out = (Regularise){.dropout = {none, none}, .drop_connect = {none, none}, .at = {1, 64}};
    if (yaml_is_null(node) || (node->kind == YAML_SCALAR && strcmp(node->text, "none") == 0))
        return ERR_NONE;
    if (node->kind != YAML_MAP)
        return yaml_wrong_type(node, "none, or a map like {dropout: [0.2, 0.5], at: [1, 64]}", err);
    for (size_t i = 0; i < node->n_items; i++)
        TRY(read_item(out, node->items[i], err));
    if (!(out->at[0] < out->at[1]))
        return yaml_error(err, node, "'at' must be two rising costs, not %g and %g", out->at[0],
                          out->at[1]);
    if (isnan(out->dropout[0]) && isnan(out->drop_connect[0]))
        return yaml_error(err, node,
                          "'scale_regularisation' needs 'dropout' or 'drop_connect', as in "
                          "{dropout: [0.2, 0.5], at: [1, 64]}");
    out->is_on = true;
fail:
    return err->code;
}

/* --- using --- */

static double rate_at(const Regularise *r, const double rates[REGULARISE_ENDS], double cost)
{
    const double low = fm_log(r->at[0]), high = fm_log(r->at[1]);
    const double place = (fm_log(cost) - low) / (high - low);
    const double share = place < 0 ? 0 : place > 1 ? 1 : place;
    return floor((rates[0] + share * (rates[1] - rates[0])) / RATE_UNIT + 0.5) * RATE_UNIT;
}

void regularise_spec(const Regularise *regularise, double cost, Spec *spec)
{
    if (!regularise->is_on)
        return;
    if (!isnan(regularise->dropout[0]))
        spec->head.dropout = rate_at(regularise, regularise->dropout, cost);
    if (!isnan(regularise->drop_connect[0]))
        spec->drop_connect = rate_at(regularise, regularise->drop_connect, cost);
}

static void put_rates(const char *name, const double rates[REGULARISE_ENDS], bool *is_first,
                      Text *out)
{
    if (isnan(rates[0]))
        return;
    text_printf(out, "%s%s %g to %g", *is_first ? "" : ", ", name, rates[0], rates[1]);
    *is_first = false;
}

void regularise_text(const Regularise *regularise, Text *out)
{
    bool is_first = true;
    put_rates("dropout", regularise->dropout, &is_first, out);
    put_rates("drop connect", regularise->drop_connect, &is_first, out);
    text_printf(out, " at %g to %g x the baseline's cost", regularise->at[0], regularise->at[1]);
}
