/*-------------------------------------------------------------------------
 *
 * event_date.h
 *		The years that domain early_help.event_date takes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_EVENT_DATE_H
#define EARLY_HELP_EVENT_DATE_H

#define FIRST_YEAR 1900
#define LAST_YEAR 2100

#endif
