-- Two statements, and the second one is wrong; the semicolon here; ends nothing.
CREATE TABLE half (id bigint NOT NULL);
CREATE TABLE whole (id bigint NOT NULL
