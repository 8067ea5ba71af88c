/*
 * plots/plots_files.h: what of plots/ is compiled in: the figures' queries and scripts, the
 * report's template and style.
 */
#ifndef PLOTS_PLOTS_FILES_H
#define PLOTS_PLOTS_FILES_H

#include "base/embed.h"

extern const EmbeddedFile plots_files[];

#endif
