/*
 * results/varied.h: what the seeds of a study varied, as its stored text says it.
 *
 * An interval over seeds speaks of what they vary: "init" (initial weights), "order" (order and
 * changes of images, dropout), "split" (which images are training and validation subset). Source:
 * Bouthillier et al., 2103.03098.
 */
#ifndef RESULTS_VARIED_H
#define RESULTS_VARIED_H

#include "results/store.h"

#include "base/yaml.h"

/*
 * Of the newest revision: "init", "order", "split", those of them that vary, in this order, and
 * NULL behind them; static memory. A study of before there was the key, or a text that cannot be
 * read: init and order.
 */
YamlStrings varied_sources(const StoreResults *results);

/* Whether these are what seeds vary unless a study says otherwise. */
bool varied_is_usual(const YamlStrings *sources);

#endif
