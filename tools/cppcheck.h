/* For tools/lint.d/c: PostgreSQL's macros that cppcheck cannot guess. */
#define foreach(cell, list) for (cell = list_head(list); cell != NULL; cell = lnext(list, cell))
