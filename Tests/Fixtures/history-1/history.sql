-- A history as version 1 of the schema has it, with two runs and a step that was told. Whatever later
-- versions change, such a database must still open: nothing in this file may change.
CREATE TABLE machine (id INTEGER PRIMARY KEY, class TEXT NOT NULL, facts TEXT NOT NULL UNIQUE);
CREATE TABLE toolchain (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE series (id INTEGER PRIMARY KEY, tool TEXT NOT NULL, subject TEXT NOT NULL,
  setting TEXT NOT NULL, metric TEXT NOT NULL, unit TEXT NOT NULL, kind TEXT NOT NULL,
  UNIQUE (tool, subject, setting, metric, unit, kind));
CREATE TABLE track (id INTEGER PRIMARY KEY, series INTEGER NOT NULL
  REFERENCES series (id), class TEXT NOT NULL, branch TEXT NOT NULL,
  UNIQUE (series, class, branch));
CREATE TABLE run (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
  started INTEGER NOT NULL, position INTEGER NOT NULL,
  machine INTEGER NOT NULL REFERENCES machine (id),
  toolchain INTEGER NOT NULL REFERENCES toolchain (id),
  commit_name TEXT, branch TEXT, is_modified INTEGER NOT NULL,
  warnings TEXT NOT NULL);
CREATE INDEX run_by_machine ON run (machine, position);
CREATE INDEX run_by_position ON run (position);
CREATE TABLE figure (track INTEGER NOT NULL REFERENCES track (id),
  position INTEGER NOT NULL, run INTEGER NOT NULL
  REFERENCES run (id), median REAL NOT NULL, low REAL NOT NULL,
  high REAL NOT NULL, samples BLOB NOT NULL,
  PRIMARY KEY (track, position, run)) WITHOUT ROWID;
CREATE TABLE step (track INTEGER NOT NULL REFERENCES track (id),
  position INTEGER NOT NULL, is_worse INTEGER NOT NULL,
  before_level REAL NOT NULL, after_level REAL NOT NULL,
  PRIMARY KEY (track, position));
PRAGMA application_id = 1347179080;
PRAGMA user_version = 1;
INSERT INTO machine VALUES (1, 'x86_64, Test, 2 processors, 4 GiB, Debian 12, kernel 6.1', '{"architecture":"x86_64","kernel":"6.1.0-1","memoryBytes":4294967296,"processor":"Test","processors":2,"system":"Debian 12"}');
INSERT INTO toolchain VALUES (1, 'Swift 6.3.1');
INSERT INTO series VALUES (1, 'bench-runtime', 'shared', '50 plugins, tiny, warm', 'startup.load', 'ns', 'noisy');
INSERT INTO series VALUES (2, 'bench-runtime', 'shared', '50 plugins, tiny, warm', 'disk.total', 'bytes', 'exact');
INSERT INTO track VALUES (1, 1, 'x86_64, Test, 2 processors, 4 GiB, Debian 12, kernel 6.1', 'main');
INSERT INTO track VALUES (2, 2, 'x86_64', 'main');
INSERT INTO run VALUES (1, '0123456789abcdef0123456789abcdef01234567', 1700000000000, 1700000000000, 1, 1, 'c0ffee', 'main', 0, '');
INSERT INTO run VALUES (2, '89abcdef0123456789abcdef0123456789abcdef', 1700000001000, 1700000001000, 1, 1, 'decade', 'main', 1, '3 pages were swapped');
INSERT INTO figure VALUES (1, 1700000000000, 1, 7000500.0, 7000000.0, 7001000.0, X'0180BFD606D00F');
INSERT INTO figure VALUES (1, 1700000001000, 2, 7100000.5, 7100000.5, 7100000.5, X'020000002098155B41');
INSERT INTO figure VALUES (2, 1700000000000, 1, 1000000.0, 1000000.0, 1000000.0, X'0180897A');
INSERT INTO figure VALUES (2, 1700000001000, 2, 1000064.0, 1000064.0, 1000064.0, X'01808A7A');
INSERT INTO step VALUES (2, 1700000001000, 1, 1000000.0, 1000064.0);
