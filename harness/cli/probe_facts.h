/* harness/cli/probe_facts.h: what `isoflop probe` prints of a linear probe. */
#ifndef HARNESS_CLI_PROBE_FACTS_H
#define HARNESS_CLI_PROBE_FACTS_H

#include "base/text.h"
#include "harness/probe.h"

#include <stdbool.h>

/* One JSON document. */
void probe_facts_json(const Features *features, const Probe *probe, Text *out);

/* A table and lines for people; is_chosen: the strength was not given. */
void probe_facts_plain(const Features *features, const Probe *probe, bool is_chosen, Text *out);

#endif
