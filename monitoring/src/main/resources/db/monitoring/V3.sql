-- What a text is like, in numbers: kept where the text itself is not.
ALTER TABLE prediction ADD COLUMN properties varchar(200);
-- The process, minute by minute, machine time. A minute without a row is a gap.
CREATE TABLE process_minute (
  at varchar(30) NOT NULL PRIMARY KEY,
  samples bigint NOT NULL,
  cpu double precision NOT NULL,
  heap double precision NOT NULL,
  files double precision NOT NULL
);
