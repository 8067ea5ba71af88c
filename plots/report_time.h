/* plots/report_time.h: predicted against measured time, a section of a report; private to plots/.
 */
#ifndef PLOTS_REPORT_TIME_H
#define PLOTS_REPORT_TIME_H

#include "results/store.h"

#include "base/arena.h"
#include "base/text.h"

/*
 * How long trials took beside what their run predicted: the median error, how many lie in their
 * interval, how much of their time they had a processor, a row a network. Only trials that finished
 * in one attempt count. Nothing if there is none, or no prediction: stores of before have none.
 */
void report_time(Text *page, Store *store, Arena *arena);

#endif
