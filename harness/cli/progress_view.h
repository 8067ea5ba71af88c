/*
 * harness/cli/progress_view.h: a run's progress as lines: one a running trial, then the whole.
 *
 *   fig3 depth 2 s1  epoch 3/10  loss 1.204  val 45.20 %  1543 img/s  [####------]
 *   [#########-----------] 45 %  12 of 30 trials, 2 running, 1 min 02 s gone, 3 min 10 s left
 */
#ifndef HARNESS_CLI_PROGRESS_VIEW_H
#define HARNESS_CLI_PROGRESS_VIEW_H

#include "base/text.h"
#include "harness/run.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Appends the lines, each at most `columns` wide and at most `rows` of them; trials that have no
 * room are counted. Where it is narrow the speed goes first, then the loss, the accuracy, the bar.
 */
void progress_view(const RunProgress *progress, size_t columns, size_t rows, bool has_color,
                   Text *out);

/* The row of one trial, with its end of line. */
void progress_view_trial(const ProgressTrial *trial, size_t columns, bool has_color, Text *out);

#endif
