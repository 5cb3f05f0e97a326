/* postgresql_library.h - the few functions of libpq that history needs, found when they are asked for:
 * nobody needs PostgreSQL to build or run anything else. */
#ifndef POSTGRESQL_LIBRARY_H
#define POSTGRESQL_LIBRARY_H

typedef struct pg_connection pg_connection;
typedef struct pg_result pg_result;

/* The functions, as libpq-fe.h of libpq 5 declares them. */
typedef struct postgresql_library {
  pg_connection *(*connect)(const char *conninfo);                        /* PQconnectdb */
  int (*status)(const pg_connection *connection);                         /* PQstatus; 0 is well */
  char *(*error_message)(const pg_connection *connection);                /* PQerrorMessage */
  void (*finish)(pg_connection *connection);                              /* PQfinish */
  pg_result *(*execute)(pg_connection *connection, const char *command, int count,
                        const unsigned *types, const char *const *values, const int *lengths,
                        const int *formats, int result_format);           /* PQexecParams */
  int (*result_status)(const pg_result *result);                          /* PQresultStatus */
  char *(*result_error_field)(const pg_result *result, int field);        /* PQresultErrorField */
  char *(*result_error_message)(const pg_result *result);                 /* PQresultErrorMessage */
  int (*row_count)(const pg_result *result);                              /* PQntuples */
  int (*column_count)(const pg_result *result);                           /* PQnfields */
  unsigned (*column_type)(const pg_result *result, int column);           /* PQftype */
  int (*is_null)(const pg_result *result, int row, int column);           /* PQgetisnull */
  char *(*value)(const pg_result *result, int row, int column);           /* PQgetvalue */
  void (*clear)(pg_result *result);                                       /* PQclear */
} postgresql_library;

/* The library, loaded once and never unloaded; NULL where it is not installed. [any-thread] */
const postgresql_library *postgresql_library_load(void);

#endif
