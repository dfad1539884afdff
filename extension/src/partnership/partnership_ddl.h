/*-------------------------------------------------------------------------
 *
 * partnership_ddl.h
 *		The DDL of one partnership, text that the build makes of
 *		extension/partnership (tools/ddl-to-c).
 *
 *-------------------------------------------------------------------------
 */
#ifndef EARLY_HELP_PARTNERSHIP_DDL_H
#define EARLY_HELP_PARTNERSHIP_DDL_H

extern const char records_ddl[];
extern const char kpi_ddl[];

#endif
