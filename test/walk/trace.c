/*-------------------------------------------------------------------------
 *
 * trace.c
 *		Notes every function of the library that is entered, for
 *		test/walk/run: built with -finstrument-functions, which calls these two.
 *		TRACE_FILE stays open as long as the process.
 *
 *-------------------------------------------------------------------------
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#define UNTRACED __attribute__((no_instrument_function, visibility("default")))

UNTRACED void __cyg_profile_func_enter(void *function, void *caller);
UNTRACED void __cyg_profile_func_exit(void *function, void *caller);

static FILE *trace;

void
__cyg_profile_func_enter(void *function, void *caller)
{
	Dl_info		place;

	(void) caller;
	if (trace == NULL && (trace = fopen(TRACE_FILE, "a")) == NULL)
		abort();
	if (dladdr(function, &place))
		fprintf(trace, "0x%lx\n", (unsigned long) ((char *) function - (char *) place.dli_fbase));
	fflush(trace);
}

void
__cyg_profile_func_exit(void *function, void *caller)
{
	(void) function;
	(void) caller;
}
