#include <stdio.h>

#include "sqlite3/sqlite3.h"

static int print(void *unused, int count, char **values, char **names) {
  (void)unused;
  for (int i = 0; i < count; i++) printf("%s: %s\n", names[i], values[i] ? values[i] : "NULL");
  return 0;
}

int main(void) {
  sqlite3 *database;
  char *error = NULL;
  const char *statements =
      "CREATE VIRTUAL TABLE notes USING fts5(title, body);"
      "INSERT INTO notes VALUES ('one', 'a header newly shadows another'), ('two', 'nothing of that kind');"
      "SELECT title, highlight(notes, 1, '<', '>') AS found FROM notes('shadows');"
      "SELECT sqlite_source_id() AS source, json_extract('{\"a\": [1, 2]}', '$.a[1]') AS second;";
  if (sqlite3_open(":memory:", &database) != SQLITE_OK) return 1;
  if (sqlite3_exec(database, statements, print, NULL, &error) != SQLITE_OK) {
    fprintf(stderr, "%s\n", error);
    return 1;
  }
  return sqlite3_close(database) != SQLITE_OK;
}
